// A source's picture: the playing video, its boxes, and what must be known to trust it.

import { useEffect, useRef, useState } from 'preact/hooks'
import { Maximize, Minimize, VideoOff, WifiOff, type IconNode } from 'lucide'
import { link } from '../live/link'
import { standing } from '../live/standing'
import { ageWords, secondTick, stationNow } from '../live/time'
import { Button } from '../ui/Button'
import { Icon } from '../ui/Icon'
import { Badge, SimulatedBadge, Waiting } from '../ui/parts'
import { theme, token } from '../ui/theme'
import { HOLD_BACK_MS } from '../video/lockedView'
import { Player } from '../video/player'
import { StopBar } from './StopBar'
import { fpsWords, sinceWords } from './words'
import type { ComponentChildren } from 'preact'
import type { BoxColours } from '../video/drawBoxes'
import type { SourceView } from '../wire/types'

/** A picture older than this says how old it is. */
const STOPPED_AFTER_MS = 1500

let colours: { theme: string; of: BoxColours } | null = null

/** Boxes lie on pictures, not on the page: bright colours in every theme but night. */
function boxColours(): BoxColours {
  if (colours?.theme !== theme.peek()) {
    const bright = theme.peek() !== 'daylight'
    colours = {
      theme: theme.peek(),
      of: {
        person: bright ? token('person') : '#ffd166',
        vehicle: bright ? token('vehicle') : '#c3a6ff',
        other: bright ? token('other-track') : '#9fd8e8',
        ink: token('box-ink'),
        paper: token('box-paper'),
      },
    }
  }
  return colours.of
}

export interface TileProps {
  source: SourceView
  onPlayer: (player: Player | null) => void
}

export function VideoTile({ source, onPlayer }: TileProps) {
  const whole = useRef<HTMLDivElement>(null)
  const full = useFullScreen(whole)
  const video = useRef<HTMLVideoElement>(null)
  const live = useRef<HTMLCanvasElement>(null)
  const locked = useRef<HTMLCanvasElement>(null)
  const [player, setPlayer] = useState<Player | null>(null)
  useEffect(() => {
    if (!video.current || !live.current || !locked.current) return
    const surfaces = { video: video.current, live: live.current, locked: locked.current }
    const made = new Player(source.source_id, surfaces, boxColours)
    setPlayer(made)
    onPlayer(made)
    return () => {
      onPlayer(null)
      made.close()
    }
  }, [source.source_id])
  useEffect(() => player?.update(source), [player, source])
  // A lost source has no size any more; its tile keeps the shape it had.
  const shape = useRef('16 / 9')
  if (source.width > 0) shape.current = `${source.width} / ${source.height}`
  const isLocked = player?.mode.value === 'locked'
  return (
    <div class="tile-whole" ref={whole}>
      <div class="tile" style={{ aspectRatio: shape.current }}>
        <video ref={video} muted playsInline autoplay disablePictureInPicture aria-label={`Picture of ${source.name}`} />
        <canvas ref={live} class="tile-canvas" aria-hidden="true" />
        <canvas ref={locked} class="tile-canvas tile-locked" hidden={!isLocked} aria-hidden="true" />
        {player && <TileState source={source} player={player} />}
        <FullScreenButton of={whole} full={full} />
      </div>
      {/* Nothing of the page is seen beside a picture in full screen: what stops a drone is in it. */}
      {full && <StopBar where="full screen" />}
    </div>
  )
}

function TileState({ source, player }: { source: SourceView; player: Player }) {
  void secondTick.value
  const connection = player.connection.state.value
  const watched = player.watched.value
  const now = standing(source, link.value, Date.now(), stationNow())
  const age = watched.lastPictureAgeMs
  const playing = connection.phase === 'open' && age !== null
  const stopped = playing && age > STOPPED_AFTER_MS
  // Lost is said at once, although the last pictures on their way may still be shown.
  const fresh = playing && !stopped && source.condition !== 'lost'
  const cover = <Cover source={source} player={player} stoppedMs={stopped ? age : null} playing={playing} />
  return (
    <>
      {cover}
      <div class="tile-top">
        <TileBadge player={player} tone={now.tone} words={now.words} fresh={fresh} />
        {source.simulated && <SimulatedBadge />}
        {fresh && <span class="tile-chip">{fpsWords(watched.fps)}</span>}
      </div>
    </>
  )
}

type BadgeProps = { player: Player; tone: 'live' | 'quiet' | 'warn'; words: string; fresh: boolean }

function TileBadge({ player, tone, words, fresh }: BadgeProps) {
  if (!fresh) return tone === 'live' ? null : <Badge tone={tone} hollow>{words}</Badge>
  if (player.mode.value === 'locked') {
    return <Badge>Locked, {(HOLD_BACK_MS / 1000).toFixed(1)} s behind</Badge>
  }
  return <Badge tone="live">Live</Badge>
}

interface CoverProps {
  source: SourceView
  player: Player
  stoppedMs: number | null
  playing: boolean
}

/** What lies over the picture when it is not a fresh one. */
function Cover({ source, player, stoppedMs, playing }: CoverProps) {
  const connection = player.connection.state.value
  const stationMs = stationNow()
  if (stoppedMs !== null) {
    return (
      <TileCover icon={VideoOff} title={`Stopped ${ageWords(stoppedMs)} ago`} over>
        This is the last picture that came.
      </TileCover>
    )
  }
  if (playing) return null
  if (source.condition === 'lost') {
    const age = ageWords(stationMs - Date.parse(source.condition_since))
    return (
      <TileCover icon={WifiOff} title={`Lost ${age}`}>
        The last picture came at {sinceWords(source.last_frame_at, stationMs)}. It comes back here by itself.
      </TileCover>
    )
  }
  if (source.condition === 'offline') {
    return (
      <TileCover icon={VideoOff} title="No picture is being sent">
        It appears here as soon as the camera’s publisher connects.
      </TileCover>
    )
  }
  if (connection.phase === 'failed') {
    const wait = ageWords(connection.retryAtMs - Date.now())
    return (
      <TileCover
        icon={VideoOff}
        title={connection.problem.detail || connection.problem.title}
        act={<Button onPress={() => player.connection.reopen()}>Try now</Button>}
      >
        Trying again in {wait}.
      </TileCover>
    )
  }
  return (
    <div class="tile-cover">
      <Waiting>{source.condition === 'connecting' ? 'Waiting for the camera’s first picture' : 'Opening the picture'}</Waiting>
    </div>
  )
}

interface TileCoverProps {
  icon: IconNode
  title: string
  children: ComponentChildren
  act?: ComponentChildren
  /** Over a picture that is no longer fresh. */
  over?: boolean
}

export function TileCover({ icon, title, children, act, over }: TileCoverProps) {
  return (
    <div class={over ? 'tile-cover tile-cover-over' : 'tile-cover'} role="status">
      <Icon of={icon} size="large" />
      <strong>{title}</strong>
      <p>{children}</p>
      {act}
    </div>
  )
}

function useFullScreen(of: { current: HTMLElement | null }): boolean {
  const [full, setFull] = useState(false)
  useEffect(() => {
    const check = () => setFull(document.fullscreenElement !== null && document.fullscreenElement === of.current)
    document.addEventListener('fullscreenchange', check)
    return () => document.removeEventListener('fullscreenchange', check)
  }, [])
  return full
}

function FullScreenButton({ of, full }: { of: { current: HTMLElement | null }; full: boolean }) {
  if (!document.fullscreenEnabled) return null
  // A refusal (the browser's, not ours) leaves everything as it was.
  const toggle = () => void (full ? document.exitFullscreen() : of.current?.requestFullscreen())?.catch(() => undefined)
  return (
    <div class="tile-corner">
      <Button
        kind="quiet"
        icon={full ? Minimize : Maximize}
        label={full ? 'Leave full screen' : 'Full screen'}
        onPress={toggle}
      />
    </div>
  )
}
