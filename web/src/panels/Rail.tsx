// The rail: what there is. On narrow screens, thumb buttons at the bottom.

import { Activity, Keyboard, List, Map as MapIcon, type IconNode } from 'lucide'
import { dialog, listOpen, select, selection } from '../live/place'
import { mapCommands } from '../map/commands'
import { Icon } from '../ui/Icon'
import { sheetHeight } from './Sheet'

export const goTo = {
  map(): void {
    listOpen.value = false
    sheetHeight.value = 'low'
    mapCommands.value?.focus()
  },
  list(): void {
    listOpen.value = true
    sheetHeight.value = 'full'
  },
  now(): void {
    listOpen.value = false
    select(null)
    sheetHeight.value = 'half'
  },
}

export function Rail() {
  const list = listOpen.value
  const none = selection.value === null
  return (
    <nav class="rail" aria-label="Views">
      <RailButton icon={MapIcon} words="Map" on={!list && !none} onPress={goTo.map} />
      <RailButton icon={List} words="List" on={list} onPress={goTo.list} />
      <RailButton icon={Activity} words="Now" on={none && !list} onPress={goTo.now} />
      <span class="rail-space" />
      <RailButton icon={Keyboard} words="Keys" on={dialog.value === 'keys'} onPress={() => (dialog.value = 'keys')} />
    </nav>
  )
}

function RailButton(props: { icon: IconNode; words: string; on: boolean; onPress: () => void }) {
  return (
    <button type="button" class="rail-button" aria-current={props.on ? 'true' : undefined} onClick={props.onPress}>
      <Icon of={props.icon} />
      <span>{props.words}</span>
    </button>
  )
}
