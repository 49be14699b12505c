// Endpoints of vehicles and zones. Every error is a ProblemError.

import { json, path, send } from './http'
import type * as t from './types'

const of = (vehicleId: string, ...act: string[]) => path('api', 'vehicles', vehicleId, ...act)

/** The station gives up on an autopilot long before; then the network is what is slow. */
const GIVE_UP_MS = 20_000

const command = (vehicleId: string, act: string[], body?: unknown) =>
  json<t.CommandAnswer>('POST', of(vehicleId, ...act), body, AbortSignal.timeout(GIVE_UP_MS))

export const readZones = () => json<t.ZonesView>('GET', '/api/zones')

export const takeControl = (id: string, body: t.TakeControl) => json<t.ControlView>('POST', of(id, 'control'), body)
export const handBack = (id: string) => send('DELETE', of(id, 'control'))
export const setAutoHold = (id: string, on: boolean) => send('POST', of(id, 'auto-hold'), { on } satisfies t.AutoHoldRequest)

export type Urgent = 'hold' | 'return' | 'land'

/** Needs nobody's control. */
export const stop = (id: string, act: Urgent) => command(id, [act])
export const arm = (id: string) => command(id, ['arm'])
export const disarm = (id: string) => command(id, ['disarm'])
export const takeOff = (id: string, body: t.TakeOffRequest) => command(id, ['take-off'], body)
export const goTo = (id: string, body: t.GoToRequest) => command(id, ['go-to'], body)
export const startMission = (id: string) => command(id, ['mission', 'start'])

/** What flying there would be; nothing is sent to the vehicle. */
export const checkGoTo = (id: string, body: t.GoToRequest) =>
  json<t.GoToCheck>('POST', of(id, 'go-to', 'check'), body, AbortSignal.timeout(GIVE_UP_MS))
