// Whether a new alert can be heard: always to be seen, muted for ten minutes at most.

import { useRef } from 'preact/hooks'
import { Volume2, VolumeOff, VolumeX, type IconNode } from 'lucide'
import { isMuted, mutedUntil, soundAllowed, toggleMute } from '../live/sounds'
import { secondTick } from '../live/time'
import { may } from '../live/session'
import { Icon } from '../ui/Icon'

export type Sound = 'on' | 'muted' | 'waiting'

const ICONS: Record<Sound, IconNode> = { on: Volume2, muted: VolumeX, waiting: VolumeOff }

export function soundWords(sound: Sound, minutes: number): string {
  if (sound === 'muted') return `Alert sound muted for ${minutes} min more. Switch it on`
  if (sound === 'waiting') return 'No alert sound until you press something on this page'
  return 'Alert sound on. Mute it for 10 minutes'
}

export function SoundState() {
  void secondTick.value
  if (!may('see_alerts')) return null
  const muted = isMuted()
  const minutes = Math.ceil((mutedUntil.value - Date.now()) / 60_000)
  return <SoundButton sound={muted ? 'muted' : soundAllowed.value ? 'on' : 'waiting'} minutes={minutes} onPress={toggleMute} />
}

export function SoundButton({ sound, minutes, onPress }: { sound: Sound; minutes: number; onPress: () => void }) {
  const words = soundWords(sound, minutes)
  const before = useRef(sound)
  return (
    <button
      type="button"
      class={`button button-quiet sound is-${sound}`}
      aria-label={words}
      title={words}
      onPointerDown={() => (before.current = sound)}
      onKeyDown={() => (before.current = sound)}
      // The press that lets sound be heard does not mute it at once.
      onClick={() => before.current !== 'waiting' && onPress()}
    >
      <Icon of={ICONS[sound]} />
      {sound === 'muted' && <span>{minutes} min</span>}
    </button>
  )
}
