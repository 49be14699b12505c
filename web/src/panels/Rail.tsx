// The rail: where one may go. On narrow screens, four thumb buttons at the bottom.

import { Fragment } from 'preact'
import { Activity, Keyboard, List, type IconNode } from 'lucide'
import { dialog, go, listOpen, select, selection, where } from '../live/place'
import { mapCommands } from '../map/commands'
import { Icon } from '../ui/Icon'
import { isNarrow } from '../ui/theme'
import { MORE, railOf } from './destinations'
import { sheetHeight } from './Sheet'

export const goTo = {
  map(): void {
    go('map')
    listOpen.value = false
    sheetHeight.value = 'low'
    mapCommands.value?.focus()
  },
  list(): void {
    go('map')
    listOpen.value = true
    sheetHeight.value = 'full'
  },
  now(): void {
    go('map')
    listOpen.value = false
    select(null)
    sheetHeight.value = 'half'
  },
}

export function Rail() {
  const now = where.value.screen
  const onMap = now === 'map'
  const list = onMap && listOpen.value
  const none = selection.value === null
  return (
    <nav class="rail" aria-label="Views">
      {railOf().map((to) =>
        to.screen === 'map' ? (
          <Fragment key="map">
            <RailButton key="map" icon={to.icon} words="Map" on={onMap && !list && !none} onPress={goTo.map} thumb />
            <RailButton key="list" icon={List} words="List" on={list} onPress={goTo.list} thumb />
            <RailButton key="now" icon={Activity} words="Now" on={onMap && none && !list} onPress={goTo.now} thumb />
          </Fragment>
        ) : (
          <RailButton key={to.screen} icon={to.icon} words={to.words} on={now === to.screen} onPress={() => go(to.screen)} />
        ),
      )}
      <RailButton icon={MORE.icon} words={MORE.words} on={now === 'more' || (!onMap && isNarrow())} onPress={() => go('more')} thumb />
      <span class="rail-space" />
      <RailButton icon={Keyboard} words="Keys" on={dialog.value === 'keys'} onPress={() => (dialog.value = 'keys')} />
    </nav>
  )
}

function RailButton(props: { icon: IconNode; words: string; on: boolean; thumb?: boolean; onPress: () => void }) {
  return (
    <button
      type="button"
      class={props.thumb ? 'rail-button' : 'rail-button rail-wide'}
      aria-current={props.on ? 'page' : undefined}
      onClick={props.onPress}
    >
      <Icon of={props.icon} />
      <span>{props.words}</span>
    </button>
  )
}
