// The page's one connection to namespace /live: fills the stores, reconnects for ever.

import { batch as together } from '@preact/signals'
import { io, type Socket } from 'socket.io-client'
import { agentTable, applyAgents, detector } from './agents'
import { alertsBegin, forgetAlerts, heardAlerts, refreshAlerts } from './alerts'
import { forgetCommands } from './commands'
import { forgetEnded, picking, targets } from './flyTo'
import { lastHeardMs, lastSentMs, newestSentAtMs, waitingSinceMs } from './link'
import { motionChanged, motions } from './motion'
import { dialog, selection } from './place'
import { me, refreshSession, session } from './session'
import { Rounds } from './rounds'
import { sound } from './sounds'
import { applyBatch, byNumber, sourceNumbers, sourceTable, tableOf } from './sources'
import { heardSystem, systemSummary } from './system'
import { connecting, disconnected, lateMs } from './time'
import { forgetTraffic, heardTraffic } from './traffic'
import { tracks, tracksChanged, unpackTracks } from './tracks'
import { applyVehicles, controlEnded, controlTaken, endedFrom, takenFrom, vehicleNumbers, vehiclesOf, vehicleTable, type VehicleTable } from './vehicles'
import { watching } from './watching'
import { heardAirspace } from './zones'
import { noteTelemetry } from '../video/diagnostics'
import type { Batch, Frames, LiveTelemetry, Snapshot, SourceTracks, ViewerClock, Watch } from '../wire/types'

/** Connected but silent for so long: the connection is dead and nobody noticed. */
const DEAD_AFTER_MS = 6000
const REFUSED_RETRY_MS = 2000
const ROUND_WITHIN_MS = 15_000

/** Answers how long it was on its way at the most, ms. */
function heard(sentAt: string): number {
  const late = lateMs(Date.parse(sentAt), performance.now())
  const now = Date.now()
  lastHeardMs.value = now
  lastSentMs.value = now - late
  newestSentAtMs.value = Date.parse(sentAt)
  return late
}

function placed(groups: readonly SourceTracks[], sentAt: string, late: number): void {
  tracks.keepOnly((id) => sourceTable.peek().get(id)?.session_id)
  const numbers = byNumber(sourceTable.peek())
  tracks.heard(unpackTracks(groups, (number) => numbers.get(number), sentAt), performance.now() - late)
  tracksChanged.value += 1
}

function heardVehicles(table: VehicleTable): void {
  const before = vehicleTable.peek()
  if (before === table) return
  const taken = takenFrom(before, table, me.peek()?.user_id)
  const ended = endedFrom(before, table, me.peek()?.user_id)
  vehicleTable.value = table
  forgetEnded(table, (id) => motions.get(id)?.position ?? null)
  if (taken !== null) controlTaken.value = taken
  if (ended !== null) controlEnded.value = ended
  if (taken !== null || ended !== null) sound('caution')
}

export function takeSnapshot(message: Snapshot): void {
  together(() => {
    const late = heard(message.sent_at)
    sourceTable.value = tableOf(message.sources)
    agentTable.value = applyAgents(agentTable.value, message.agents)
    detector.value = { name: message.detector, problem: message.detector_problem }
    heardVehicles(vehiclesOf(message.vehicles))
    motions.keepOnly(vehicleTable.value, sourceTable.value)
    motionChanged.value += 1
    alertsBegin(message.alerts, Date.parse(message.sent_at))
    heardSystem(message.system)
    heardTraffic(message.traffic, late)
    heardAirspace(message.airspace_version)
    placed(message.tracks, message.sent_at, late)
  })
}

export function takeBatch(message: Batch): void {
  together(() => {
    const late = heard(message.sent_at)
    sourceTable.value = applyBatch(sourceTable.value, message)
    agentTable.value = applyAgents(agentTable.value, message.agents)
    heardVehicles(applyVehicles(vehicleTable.value, message.vehicles, message.removed_vehicles))
    if (message.removed_vehicles.length > 0) motions.keepOnly(vehicleTable.value, sourceTable.value)
    const { name, problem } = detector.value
    if (message.detector !== name || message.detector_problem !== problem) {
      detector.value = { name: message.detector, problem: message.detector_problem }
    }
    if (message.alerts.length > 0) heardAlerts(message.alerts)
    if (message.shared_alerts) void refreshAlerts() // each look at these is recorded
    if (message.system) heardSystem(message.system)
    if (message.traffic) heardTraffic(message.traffic, late)
    heardAirspace(message.airspace_version)
    placed(message.tracks, message.sent_at, late)
  })
}

/** Up to twenty times a second. A message that waited on its way is so much older than it says. */
export function takeTelemetry(message: LiveTelemetry): void {
  const nowMs = Date.now()
  const sentAtMs = Date.parse(message.sent_at)
  const heardMs = performance.now()
  const sentMs = heardMs - lateMs(sentAtMs, heardMs)
  const vehicleOf = (number: number) => vehicleNumbers.peek().get(number)
  motions.heard(message.vehicles, vehicleOf, sentMs)
  motions.heardViews(message.views, (number) => sourceNumbers.peek().get(number), sentMs)
  for (const [number, , position_age_ms] of message.vehicles) {
    noteTelemetry({ vehicle: vehicleOf(number) ?? '', sent_at_ms: sentAtMs, heard_at_ms: nowMs, position_age_ms })
  }
  motionChanged.value += 1
}

/** Whoever signs in next at this desk may be somebody else, who may see less. */
function forgetAll(): void {
  together(() => {
    sourceTable.value = new Map()
    agentTable.value = new Map()
    detector.value = { name: '', problem: '' }
    systemSummary.value = null
    forgetAlerts()
    forgetTraffic()
    tracks.clear()
    tracksChanged.value += 1
    vehicleTable.value = new Map()
    controlTaken.value = null
    controlEnded.value = null
    motions.clear()
    motionChanged.value += 1
    targets.value = new Map()
    picking.value = null
    forgetCommands()
    selection.value = null
    dialog.value = null
    lastHeardMs.value = null
    lastSentMs.value = null
    newestSentAtMs.value = null
  })
}

/** Opens the connection; the answer closes it and forgets all that came over it. */
export function connectLive(): () => void {
  lastHeardMs.value = null
  waitingSinceMs.value = Date.now()
  const socket: Socket = io('/live', {
    transports: ['websocket', 'polling'],
    tryAllTransports: true,
    reconnectionDelay: 500,
    reconnectionDelayMax: 2000,
  })
  const rounds = new Rounds((answered) => {
    if (!socket.connected) return
    socket.timeout(ROUND_WITHIN_MS).emit('clock', (error: unknown, answer: unknown) => error === null && answered(answer))
  })
  connecting(() => rounds.begin())
  let retry: ReturnType<typeof setTimeout> | undefined
  let closed = false
  const again = () => {
    if (closed) return
    retry = setTimeout(() => void checkThenConnect(socket), REFUSED_RETRY_MS)
  }
  socket.on('connect', () => {
    rounds.begin()
    watching.connected((event, body: Watch) => socket.emit(event, body, () => undefined))
  })
  socket.on('disconnect', (reason) => {
    watching.disconnected()
    rounds.stop()
    if (reason !== 'io server disconnect') return
    // Mostly because this sign-in was ended: then the page leaves at once.
    void refreshSession().then(again)
  })
  // A refusal by the namespace is not retried by the client itself; a missing server is.
  socket.on('connect_error', () => {
    if (!socket.active) again()
  })
  socket.on('snapshot', takeSnapshot)
  socket.on('batch', takeBatch)
  socket.on('telemetry', takeTelemetry)
  socket.on('frames', (message: Frames) => watching.frames(message))
  socket.on('viewer_clock', (message: ViewerClock) => watching.clock(message))
  const watchdog = setInterval(() => reviveIfDead(socket), 1000)
  return () => {
    closed = true
    clearInterval(watchdog)
    clearTimeout(retry)
    watching.disconnected()
    rounds.stop()
    disconnected()
    socket.off()
    socket.close()
    forgetAll()
  }
}

async function checkThenConnect(socket: Socket): Promise<void> {
  await refreshSession()
  if (session.value.state === 'signed_in') socket.connect()
}

let revivedAtMs = 0

function reviveIfDead(socket: Socket): void {
  const now = Date.now()
  const silentMs = now - Math.max(lastHeardMs.peek() ?? waitingSinceMs.peek(), revivedAtMs)
  if (!socket.connected || silentMs < DEAD_AFTER_MS) return
  revivedAtMs = now
  socket.disconnect().connect()
}
