// Endpoints that judge flights. Every error is a ProblemError.

import { json } from './http'
import type * as t from './types'

export const checkPlan = (body: t.CheckPlan, signal: AbortSignal) =>
  json<t.VerdictView>('POST', '/api/airspace/check', body, signal)

/** What may be done at one place. */
export const checkHere = (body: t.WhatHere, signal: AbortSignal) =>
  json<t.VerdictView>('POST', '/api/airspace/here', body, signal)
