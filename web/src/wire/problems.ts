// Errors as people are told them: what happened, what to do, a reference to quote.

import type { Problem } from './types'

export class ProblemError extends Error {
  readonly problem: Problem
  /** Seconds until another try makes sense, where the station said so. */
  readonly retryAfterS: number | null

  constructor(problem: Problem, retryAfterS: number | null = null) {
    super(problem.detail || problem.title)
    this.name = 'ProblemError'
    this.problem = problem
    this.retryAfterS = retryAfterS
  }
}

export function madeHere(code: string, title: string, remedy: string): ProblemError {
  return new ProblemError({ type: 'about:blank', title, status: 0, detail: title, code, remedy, reference: '' })
}

export function noAnswer(): ProblemError {
  return madeHere(
    'no_answer',
    'The station did not answer.',
    'Check that this device is on the station’s network; the page keeps trying by itself.',
  )
}

/** Any thrown value as something to show. */
export function asProblem(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem
  const words = error instanceof Error ? error.message : String(error)
  return madeHere('page', `The page ran into an error: ${words}`, 'Load the page again.').problem
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'detail' in body && 'code' in body
}

/** Reads an error answer; a body that is no problem+json still gives a sentence. */
export async function problemOf(response: Response): Promise<ProblemError> {
  const retry = Number(response.headers.get('Retry-After'))
  const retryAfterS = Number.isFinite(retry) && retry > 0 ? Math.ceil(retry) : null
  const body: unknown = await response.json().catch(() => null)
  if (isProblem(body)) return new ProblemError(body, retryAfterS)
  return new ProblemError(
    {
      type: 'about:blank',
      title: response.statusText || 'Error',
      status: response.status,
      detail: `The station answered with error ${response.status}.`,
      code: response.status === 401 ? 'not_signed_in' : 'http',
      remedy: 'Try again; if it stays, tell whoever runs the station.',
      reference: '',
    },
    retryAfterS,
  )
}
