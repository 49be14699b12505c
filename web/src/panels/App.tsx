// The frame: top bar, rail, list, map, panel. Who is not signed in sees the sign-in page only.

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { Cctv } from 'lucide'
import { followAlerts } from '../live/alerts'
import { followOtherPages } from '../live/flyTo'
import { followSounds, unheard } from '../live/sounds'
import { stoppable } from '../live/stopping'
import { controlEnded, controlTaken, vehicleTable } from '../live/vehicles'
import { forgetImport } from '../live/datasets'
import { forgetPapers } from '../live/papers'
import { forgetPlan, planOpen } from '../live/plan'
import { herePlace } from '../live/here'
import { controlsOpen, forgetFilter } from '../live/zoneFilter'
import { followZones } from '../live/zones'
import { link } from '../live/link'
import { dialog, followAddress, listOpen, select, selection, where } from '../live/place'
import { may, refreshSession, session } from '../live/session'
import { connectLive } from '../live/socket'
import { sourceTable } from '../live/sources'
import { ageWords, secondTick, startTicking, timeWords } from '../live/time'
import { Button } from '../ui/Button'
import { AlwaysThere } from '../ui/Dialog'
import { followWidth, narrow } from '../ui/theme'
import { Badge, Banner, Empty, ProblemCard, Waiting } from '../ui/parts'
import { AddCamera } from './AddCamera'
import { HerePanel } from './Here'
import { homeOf } from './destinations'
import { listenToKeys } from './keyboard'
import { KeysDialog } from './KeysDialog'
import { ListPanel } from './ListPanel'
import { MapPane } from './MapPane'
import { ZoneControlsPanel, ZonesBanner } from './MapZones'
import { MustSetUp } from './MustSetUp'
import { NowPanel } from './NowPanel'
import { PanelHead } from './PanelHead'
import { PapersDialogsLater } from './PapersParts'
import { PlanPanel } from './Plan'
import { PurposeDialog } from './Purpose'
import { Rail } from './Rail'
import { CurrentScreen } from './Screens'
import { sheetHeight } from './Sheet'
import { SignIn } from './SignIn'
import { SourcePanel } from './SourcePanel'
import { StopBar } from './StopBar'
import { TopBar } from './TopBar'
import { TrackPanel } from './TrackPanel'
import { NoVehicle, VehiclePanel } from './VehiclePanel'
import type { Session } from '../wire/types'

export function App() {
  useEffect(startTicking, [])
  const now = session.value
  switch (now.state) {
    case 'unknown':
      return (
        <main class="sign-in">
          <Waiting>Asking the station who you are</Waiting>
        </main>
      )
    case 'unreachable':
      return (
        <main class="sign-in">
          <div class="sign-in-card">
            <ProblemCard problem={now.problem} />
            <Button onPress={() => void refreshSession()}>Try again</Button>
          </div>
        </main>
      )
    case 'signed_out':
      return <SignIn of={now.session} expired={now.expired} />
    case 'signed_in':
      return mustSetUp(now.session) ? <MustSetUp of={now.session} /> : <Frame of={now.session} />
  }
}

const mustSetUp = (of: Session): boolean => of.must_change_password || of.second_factor_needed

function Frame({ of }: { of: Session }) {
  const [placed, setPlaced] = useState(false)
  useLayoutEffect(() => {
    const stops = [connectLive(), followAlerts(), followSounds(), followOtherPages(), followZones(), followWidth(), forgetThoughts, followAddress(homeOf(of.role)), listenToKeys()]
    setPlaced(true)
    return () => stops.forEach((stop) => stop())
  }, [of.username])
  return placed ? (
    <AlwaysThere.Provider value={stopBar}>
      <Placed of={of} />
    </AlwaysThere.Provider>
  ) : null
}

/** Whoever signs in next at this desk thinks of something else. */
function forgetThoughts(): void {
  forgetPlan()
  forgetFilter()
  forgetImport()
  forgetPapers()
  herePlace.value = null
}

const stopBar = () => <StopBar />

/** Once it is known where in the page this person is: nobody pays for a map that was not asked for. */
function Placed({ of }: { of: Session }) {
  const onMap = where.value.screen === 'map'
  // The map stays made once somebody looked at it: coming back to it costs nothing.
  const mapMade = useRef(false)
  mapMade.current ||= onMap
  return (
    <div
      class="frame"
      data-sheet={sheetHeight.value}
      data-list={onMap && listOpen.value}
      data-screen={where.value.screen}
      data-stop={stoppable.value !== null}
    >
      <TopBar of={of} />
      <div class="banners">
        <LinkBanner />
        <TakenBanner />
        <EndedBanner />
        <UnheardBanner />
        {(onMap || may('fly')) && <ZonesBanner />}
      </div>
      <Rail />
      {onMap && listOpen.value && (
        <aside class="side list-side" aria-label="List">
          <ListPanel />
        </aside>
      )}
      {mapMade.current && (
        <main class={onMap ? 'map-side' : 'map-side is-away'}>
          <MapPane />
        </main>
      )}
      {onMap ? (
        <aside class="side panel-side" aria-label="Details">
          <Panel />
        </aside>
      ) : (
        <main class="screen">
          <CurrentScreen />
        </main>
      )}
      <StopBar />
      {dialog.value === 'keys' && <KeysDialog />}
      {dialog.value === 'add-camera' && <AddCamera />}
      {dialog.value === 'purpose' && <PurposeDialog />}
      <PapersDialogsLater />
    </div>
  )
}

function Panel() {
  const now = selection.value
  if (narrow.value && controlsOpen.value) return <ZoneControlsPanel />
  // Whoever flies keeps the vehicle's panel; then it lies on the map.
  if (herePlace.value !== null && (narrow.value || now === null)) return <HerePanel />
  if (now === null) return planOpen.value ? <PlanPanel /> : <NowPanel />
  if (now.kind === 'track') return <TrackPanel id={now.id} />
  if (now.kind === 'vehicle') return <VehicleOrNot id={now.id} />
  const source = sourceTable.value.get(now.id)
  if (source) return <SourcePanel source={source} />
  if (link.value.state === 'connecting') {
    return (
      <div class="panel-body">
        <Waiting>Asking the station for this camera</Waiting>
      </div>
    )
  }
  return (
    <>
      <PanelHead title="Camera" onClose={() => select(null)}>
        <Badge hollow>Not there</Badge>
      </PanelHead>
      <Empty icon={Cctv} title="There is no such camera" act={<Button onPress={() => select(null)}>Back</Button>}>
        It was removed, or the address is from another installation.
      </Empty>
    </>
  )
}

function VehicleOrNot({ id }: { id: string }) {
  const vehicle = vehicleTable.value.get(id)
  if (vehicle) return <VehiclePanel key={id} vehicle={vehicle} />
  if (link.value.state !== 'connecting') return <NoVehicle />
  return (
    <div class="panel-body">
      <Waiting>Asking the station for this drone</Waiting>
    </div>
  )
}

/** Somebody took over what this person flew. */
function TakenBanner() {
  const taken = controlTaken.value
  if (taken === null) return null
  const { by, vehicleName, at } = taken
  return (
    <Banner title={`${by} took over control of ${vehicleName} at ${timeWords(Date.parse(at), Date.now())}.`} act={<Button onPress={() => (controlTaken.value = null)}>I have seen it</Button>}>
      You do not fly it any more. Hold, return and land still work. The reason is in the audit log.
    </Banner>
  )
}

/** The station ended this person's control, and nobody else has it. */
function EndedBanner() {
  const ended = controlEnded.value
  if (ended === null) return null
  const { vehicleName, atMs, gone } = ended
  return (
    <Banner title={`Your control of ${vehicleName} was ended by the station at ${timeWords(atMs, Date.now())}.`} act={<Button onPress={() => (controlEnded.value = null)}>I have seen it</Button>}>
      {gone ? 'It is not shown to you any more.' : 'Nobody has control of it now. Hold, return and land still work; take control again to fly it.'} Why is in the audit log.
    </Banner>
  )
}

/** An alert that should have been heard and was not. */
function UnheardBanner() {
  const missed = unheard.value
  if (missed === null) return null
  const none = typeof AudioContext === 'undefined'
  return (
    <Banner title={`A new ${missed} could not be heard.`} act={none && <Button onPress={() => (unheard.value = null)}>I have seen it</Button>}>
      {none ? 'This browser makes no sound: watch the number of alerts above.' : 'The browser lets no sound be heard until you press something on this page. Press anywhere or any key.'}
    </Banner>
  )
}

/** With the link gone: since when, what still holds, what happens next. */
function LinkBanner() {
  const now = link.value
  if (now.state !== 'lost') return null
  void secondTick.value
  if (now.slow) {
    return (
      <Banner title={`The link is slow: what comes may be ${ageWords(Date.now() - now.sinceMs)} old.`}>
        Everything is shown as old as it may be. Hold, return and land are sent at once, but may take as long.
      </Banner>
    )
  }
  return (
    <Banner title={`No link to the station for ${ageWords(Date.now() - now.sinceMs)}.`}>
      Nothing on the map or in the list is newer than {timeWords(now.sinceMs, Date.now())}. The page reconnects by
      itself.
    </Banner>
  )
}
