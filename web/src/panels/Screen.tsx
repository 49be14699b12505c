// What every screen has: a head, one way to be asked for, and the states of what it reads.

import { useEffect, useRef, useState } from 'preact/hooks'
import { ArrowLeft, Lock } from 'lucide'
import { go } from '../live/place'
import { me } from '../live/session'
import { localClock, secondTick } from '../live/time'
import { Button } from '../ui/Button'
import { Empty, Note, ProblemCard, Waiting } from '../ui/parts'
import { asProblem } from '../wire/problems'
import { homeOf } from './destinations'
import type { ComponentChildren } from 'preact'
import type { Problem } from '../wire/types'

export function Screen(props: {
  title: string
  hint?: string
  acts?: ComponentChildren
  /** Where one came from inside this screen. */
  back?: { words: string; onPress: () => void }
  children: ComponentChildren
}) {
  return (
    <div class="screen-inside">
      <header class="screen-head">
        <div class="screen-title">
          {props.back && (
            <Button kind="quiet" icon={ArrowLeft} onPress={props.back.onPress}>
              {props.back.words}
            </Button>
          )}
          <h2 tabIndex={-1}>{props.title}</h2>
          {props.hint && <p>{props.hint}</p>}
        </div>
        {props.acts && <div class="acts">{props.acts}</div>}
      </header>
      <div class="screen-body" role="region" aria-label={props.title} tabIndex={0}>{props.children}</div>
    </div>
  )
}

export function NotAllowed({ title, reason }: { title: string; reason: string }) {
  const home = homeOf(me.value?.role ?? null)
  return (
    <Screen title={title}>
      <Empty icon={Lock} title="Your role does not open this" act={<Button onPress={() => go(home)}>Back to your work</Button>}>
        {reason}
      </Empty>
    </Screen>
  )
}

export interface Fetched<T> {
  data: T | null
  problem: Problem | null
  readAtMs: number | null
  reload: () => Promise<void>
  set: (data: T) => void
}

/** Reads when the screen opens, again when `again` changes, and every `everyMs` where given. */
export function useFetched<T>(read: () => Promise<T>, again: readonly unknown[] = [], everyMs = 0): Fetched<T> {
  const [data, setData] = useState<T | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [readAtMs, setReadAt] = useState<number | null>(null)
  const turn = useRef(0)
  const set = (now: T) => {
    setData(now)
    setProblem(null)
    setReadAt(Date.now())
  }
  const reload = async () => {
    const mine = ++turn.current
    try {
      const now = await read()
      if (mine === turn.current) set(now)
    } catch (error) {
      if (mine === turn.current) setProblem(asProblem(error))
    }
  }
  useEffect(() => {
    void reload()
    const timer = everyMs > 0 ? setInterval(() => void reload(), everyMs) : undefined
    return () => {
      turn.current += 1
      clearInterval(timer)
    }
  }, again)
  return { data, problem, readAtMs, reload, set }
}

/** Waiting, wrong, old, or what was read. */
export function Show<T>(props: { of: Fetched<T>; what: string; children: (data: T) => ComponentChildren }) {
  const { data, problem, readAtMs, reload } = props.of
  void secondTick.value
  if (data === null) {
    if (problem === null) return <Waiting>Reading {props.what}</Waiting>
    return (
      <>
        <ProblemCard problem={problem} kept="Nothing was changed." />
        <Button onPress={() => void reload()}>Try again</Button>
      </>
    )
  }
  return (
    <>
      {problem && (
        <Note tone="warn">
          <strong>As of {localClock(readAtMs ?? 0)}; it may have changed since.</strong> {problem.detail || problem.title}
          {problem.remedy && ` ${problem.remedy}`}{' '}
          <Button onPress={() => void reload()}>Try again</Button>
        </Note>
      )}
      {props.children(data)}
    </>
  )
}
