// Every screen but the map is a part of its own, loaded when somebody first goes there.

import { useEffect, useState } from 'preact/hooks'
import { where, type ScreenName } from '../live/place'
import { Button } from '../ui/Button'
import { ProblemCard, Waiting } from '../ui/parts'
import { madeHere } from '../wire/problems'
import { destination, whyNotThere } from './destinations'
import { NotAllowed, Screen } from './Screen'
import type { ComponentType } from 'preact'

type Page = ComponentType<{ item: string }>

const LOAD: Record<Exclude<ScreenName, 'map'>, () => Promise<Page>> = {
  wall: () => import('../screens/Wall').then((m) => m.Wall),
  alerts: () => import('../screens/Alerts').then((m) => m.Alerts),
  home: () => import('../screens/Home').then((m) => m.Home),
  airspace: () => import('../screens/AirspaceData').then((m) => m.AirspaceData),
  papers: () => import('../screens/Papers').then((m) => m.Papers),
  sources: () => import('../screens/Sources').then((m) => m.Sources),
  people: () => import('../screens/People').then((m) => m.People),
  roles: () => import('../screens/Roles').then((m) => m.Roles),
  agents: () => import('../screens/Agents').then((m) => m.Agents),
  system: () => import('../screens/System').then((m) => m.System),
  audit: () => import('../screens/Audit').then((m) => m.Audit),
  sharing: () => import('../screens/Sharing').then((m) => m.Sharing),
  retention: () => import('../screens/Retention').then((m) => m.Retention),
  account: () => import('../screens/Account').then((m) => m.AccountScreen),
  more: () => import('../screens/More').then((m) => m.More),
}
const loaded = new Map<ScreenName, Page>()

const NOT_LOADED = madeHere(
  'page',
  'This part of the page could not be loaded.',
  'Try again; if it stays, load the whole page again: it may have been renewed.',
).problem

export function CurrentScreen() {
  const { screen, item } = where.value
  const [, drawn] = useState(0)
  const [failed, setFailed] = useState<ScreenName | null>(null)
  const to = destination(screen)
  const load = () => {
    if (screen === 'map' || loaded.has(screen)) return
    setFailed(null)
    LOAD[screen]().then(
      (page) => {
        loaded.set(screen, page)
        drawn((n) => n + 1)
      },
      () => setFailed(screen),
    )
  }
  useEffect(load, [screen])
  // Whoever comes by keyboard or screen reader begins at the top of the screen.
  useEffect(() => document.querySelector<HTMLElement>('.screen h2')?.focus(), [screen])
  const reason = whyNotThere(to)
  if (reason) return <NotAllowed title={to.words} reason={reason} />
  const Page = loaded.get(screen)
  if (Page) return <Page item={item} />
  return (
    <Screen title={to.words}>
      {failed === screen ? (
        <>
          <ProblemCard problem={NOT_LOADED} kept="Nothing was lost." />
          <Button onPress={load}>Try again</Button>
        </>
      ) : (
        <Waiting>Opening {to.words}</Waiting>
      )}
    </Screen>
  )
}
