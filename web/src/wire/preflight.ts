// Endpoints of preflights and of the records they are made from. Every error is a ProblemError.

import { json, path } from './http'
import type * as t from './types'

const of = (vehicleId: string, ...more: string[]) => path('api', 'vehicles', vehicleId, 'preflight', ...more)

export const readPreflight = (id: string) => json<t.PreflightView | null>('GET', of(id))
export const openPreflight = (id: string, body: t.ChooseCrew) => json<t.PreflightView>('POST', of(id), body)
export const chooseCrew = (id: string, body: t.ChooseCrew) => json<t.PreflightView>('PUT', of(id, 'crew'), body)
export const tickCheck = (id: string, body: t.TickRequest) => json<t.PreflightView>('PUT', of(id, 'ticks'), body)
export const typeWeather = (id: string, body: t.WeatherView) => json<t.PreflightView>('PUT', of(id, 'weather'), body)
export const signPreflight = (id: string, body: t.SignRequest) => json<t.PreflightView>('POST', of(id, 'sign'), body)
export const readRecords = () => json<t.OperationsRecords>('GET', '/api/crew')
