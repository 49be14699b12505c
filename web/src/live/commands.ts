// What this page asked of vehicles, and what came of it: sending, acknowledged, refused.

import { signal } from '@preact/signals'
import { asProblem } from '../wire/problems'
import type { CommandAnswer, Problem } from '../wire/types'

export interface Command {
  key: number
  /** "Hold position", "Take off to 30 m above home". */
  words: string
  sentAtMs: number
  state: 'sending' | 'done' | 'refused'
  endedAtMs: number | null
  /** From the station's sending to the autopilot's answer. */
  tookMs: number | null
  note: string
  problem: Problem | null
}

/** Newest first, by vehicle. */
export const commands = signal<ReadonlyMap<string, readonly Command[]>>(new Map())
const KEPT = 3
let made = 0

function put(vehicleId: string, command: Command): void {
  const before = commands.peek().get(vehicleId) ?? []
  const others = before.filter((c) => c.key !== command.key)
  const all = [command, ...others].sort((a, b) => b.key - a.key).slice(0, KEPT)
  commands.value = new Map(commands.peek()).set(vehicleId, all)
}

const GAVE_UP: Problem = {
  type: 'about:blank',
  title: 'No answer',
  status: 0,
  detail: 'No answer came. It is not known whether the vehicle got it.',
  code: 'no_answer',
  remedy: 'Watch what the vehicle does; press again if it does not. Without a link its own failsafe flies it.',
  reference: '',
}

/** A command is sent once: that the page goes on trying is true of its readings only. */
function problemOf(error: unknown): Problem {
  const problem = asProblem(error)
  return problem.code === 'no_answer' ? GAVE_UP : problem
}

/** Sends at once, whatever else is on its way. Answers whether the autopilot acknowledged. */
export async function command(vehicleId: string, words: string, act: () => Promise<CommandAnswer>): Promise<boolean> {
  const sent: Command = { key: ++made, words, sentAtMs: Date.now(), state: 'sending', endedAtMs: null, tookMs: null, note: '', problem: null }
  put(vehicleId, sent)
  try {
    const { took_ms, note } = await act()
    put(vehicleId, { ...sent, state: 'done', endedAtMs: Date.now(), tookMs: took_ms, note })
    return true
  } catch (error) {
    put(vehicleId, { ...sent, state: 'refused', endedAtMs: Date.now(), problem: problemOf(error) })
    return false
  }
}

export const forgetCommands = (): void => void (commands.value = new Map())
