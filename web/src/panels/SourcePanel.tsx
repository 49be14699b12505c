// The selected camera: picture first, then facts, then what I may do about it.

import { useState } from 'preact/hooks'
import { Drone, LocateFixed, Lock, Radio, RefreshCw } from 'lucide'
import { link } from '../live/link'
import { select } from '../live/place'
import { whyNotManageCameras } from '../live/session'
import { standing } from '../live/standing'
import { secondTick, stationNow } from '../live/time'
import { tracks } from '../live/tracks'
import { vehicleList } from '../live/vehicles'
import { mapCommands } from '../map/commands'
import { Button, HoldButton } from '../ui/Button'
import { Facts, Note, ProblemCard, Segments, SimulatedBadge, StandingBadge, type Fact } from '../ui/parts'
import { HOLD_BACK_MS } from '../video/lockedView'
import { NOTHING_WATCHED, type Mode, type Player } from '../video/player'
import { removeSource } from '../wire/http'
import { asProblem } from '../wire/problems'
import { PanelHead } from './PanelHead'
import { Picture } from './Picture'
import * as words from './words'
import type { Problem, SourceView } from '../wire/types'

export function SourcePanel({ source }: { source: SourceView }) {
  void secondTick.value
  const [player, setPlayer] = useState<Player | null>(null)
  const now = standing(source, link.value, Date.now(), stationNow())
  return (
    <>
      <PanelHead title={source.name} onClose={() => select(null)}>
        <StandingBadge of={now} />
        {source.simulated && <SimulatedBadge />}
      </PanelHead>
      <div class="panel-body">
        <Picture key={source.source_id} source={source} onPlayer={setPlayer} />
        {player && <ViewChoice player={player} />}
        {source.problem && <Note tone="warn">{source.problem}</Note>}
        {source.note && <Note>{source.note}</Note>}
        <section aria-label="Facts">
          <Facts facts={facts(source, player)} />
        </section>
        <Acts source={source} player={player} />
      </div>
    </>
  )
}

const VIEWS: { value: Mode; words: string; icon: typeof Radio }[] = [
  { value: 'live', words: 'Live', icon: Radio },
  { value: 'locked', words: 'Locked', icon: Lock },
]

function ViewChoice({ player }: { player: Player | null }) {
  const mode = player?.mode.value ?? 'live'
  return (
    <div class="view-choice">
      <Segments name="view" legend="View" options={VIEWS} value={mode} onChoose={(next) => player?.setMode(next)} />
      <p class="field-hint">
        {mode === 'live'
          ? 'As soon as it comes. Dashed boxes are predicted from the last analysed picture.'
          : 'Held back a little: every box is of the very picture it is drawn on.'}
      </p>
    </div>
  )
}

function facts(source: SourceView, player: Player | null): Fact[] {
  const watched = player?.watched.value ?? NOTHING_WATCHED
  const nowMs = stationNow()
  const heldBack = player?.mode.value === 'locked' ? HOLD_BACK_MS : 0
  const [latency, worth] = words.latencyWords(source, watched, heldBack)
  const mine = tracks.current(performance.now()).filter(({ track }) => track.source_id === source.source_id)
  const list: Fact[] = [
    { name: 'State', value: standing(source, link.value, Date.now(), nowMs).word, more: `since ${words.sinceWords(source.condition_since, nowMs)}` },
    { name: 'Picture', value: words.pictureWords(source), more: words.fpsWords(source.received_fps) },
    { name: 'Shown here', value: words.fpsWords(watched.fps) },
    { name: 'Capture to screen', value: latency, more: worth },
    { name: 'Capture time', value: words.capturedWords(source) },
    { name: 'Analysed', value: words.fpsWords(source.analysed_fps), more: analysisMore(source) },
    { name: 'Seen now', value: seenNow(source, words.seenWords(mine)) },
    { name: 'Watching', value: words.count(source.viewers, 'viewer') },
    { name: 'Not shown', value: 'Nothing is masked; no face is matched' },
    { name: 'Kind', value: words.sourceKindWords(source) },
  ]
  if (source.lat !== null && source.lon !== null) {
    const heading = source.heading_deg === null ? '' : `looking ${words.headingWords(source.heading_deg)}`
    list.push({ name: 'Place', value: words.placeWords(source.lat, source.lon), more: heading })
  } else if (source.kind === 'drone_camera') list.push({ name: 'Place', value: 'moves with its drone' })
  else list.push({ name: 'Place', value: 'not given', more: 'so it is in the list only' })
  if (source.condition !== 'live') list.push({ name: 'Last picture', value: words.sinceWords(source.last_frame_at, nowMs) })
  return list
}

function seenNow(source: SourceView, seen: string): string {
  if (!source.located) return 'this camera is not calibrated: no places'
  return seen || 'nobody'
}

function analysisMore(source: SourceView): string {
  const took = source.inference_ms === null ? '' : `${source.inference_ms.toFixed(0)} ms each`
  const dropped = source.frames_dropped > 0 ? `${source.frames_dropped} left out` : ''
  return [took, dropped].filter(Boolean).join(', ')
}

function Acts({ source, player }: { source: SourceView; player: Player | null }) {
  const [problem, setProblem] = useState<Problem | null>(null)
  const remove = () => {
    removeSource(source.source_id).then(
      () => select(null),
      (error: unknown) => setProblem(asProblem(error)),
    )
  }
  const live = source.condition === 'live'
  const placed = source.lat !== null && source.lon !== null
  const carrier = vehicleList.value.find((vehicle) => vehicle.source_id === source.source_id)
  return (
    <section class="acts" aria-label="What I may do">
      <Button icon={RefreshCw} whyNot={live ? '' : 'There is no picture to connect to.'} onPress={() => player?.connection.reopen()}>
        Reconnect the picture
      </Button>
      {carrier && (
        <Button icon={Drone} onPress={() => select({ kind: 'vehicle', id: carrier.vehicle_id })}>
          Open {carrier.name}
        </Button>
      )}
      {placed && (
        <Button icon={LocateFixed} onPress={() => mapCommands.value?.showSource(source.source_id)}>
          Show on map
        </Button>
      )}
      {source.origin === 'whip' && (
        <HoldButton whyNot={whyNotManageCameras()} onHeld={remove}>
          Hold to remove this camera and its token
        </HoldButton>
      )}
      {problem && <ProblemCard problem={problem} kept="The camera is still there." />}
    </section>
  )
}
