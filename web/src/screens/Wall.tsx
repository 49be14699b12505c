// Up to nine pictures at once. Each is asked for only while it can be seen; arrows move, Enter opens.

import { useEffect, useRef, useState } from 'preact/hooks'
import { Cctv, ChevronLeft, ChevronRight } from 'lucide'
import { link } from '../live/link'
import { select } from '../live/place'
import { HOW_LONG } from '../live/purposes'
import { me } from '../live/session'
import { sourceList } from '../live/sources'
import { Screen } from '../panels/Screen'
import { PurposeQuestion } from '../panels/Purpose'
import { VideoTile } from '../panels/VideoTile'
import { Button } from '../ui/Button'
import { Empty, Waiting } from '../ui/parts'
import type { SourceView } from '../wire/types'

export const AT_ONCE = 9
const ORDER = { live: 0, lost: 1, connecting: 2, offline: 3 }

/** Live ones first, then what is missing; within that by name, as the list is. */
export const onWall = (sources: readonly SourceView[]): SourceView[] =>
  sources.toSorted((a, b) => ORDER[a.condition] - ORDER[b.condition])

/** Where an arrow leads in a grid; the same place at its edge. */
export function movedOn(at: number, key: string, columns: number, count: number): number {
  const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[key] ?? 0
  const to = at + by
  return to >= 0 && to < count ? to : at
}

export function Wall() {
  const [page, setPage] = useState(0)
  // The order is made once a visit: pictures do not jump about while somebody looks at them.
  const [order, setOrder] = useState<string[]>([])
  const all = sourceList.value
  const ids = all.map((s) => s.source_id).join()
  useEffect(() => setOrder(onWall(sourceList.peek()).map((s) => s.source_id)), [ids])
  const sources = order.flatMap((id) => all.find((s) => s.source_id === id) ?? [])
  const pages = Math.max(1, Math.ceil(sources.length / AT_ONCE))
  const first = Math.min(page, pages - 1) * AT_ONCE
  if (!me.value?.purpose) {
    return (
      <Screen title="Wall">
        <section class="ask ask-wide" aria-label="Purpose">
          <h3>What do you look at people for?</h3>
          <p class="field-hint">{HOW_LONG}</p>
          <PurposeQuestion />
        </section>
      </Screen>
    )
  }
  const paging = pages > 1 && (
    <>
      <Button icon={ChevronLeft} label="The nine before" onPress={() => setPage(Math.max(0, page - 1))} />
      <span class="row-more">
        {first + 1} to {Math.min(first + AT_ONCE, sources.length)} of {sources.length}
      </span>
      <Button icon={ChevronRight} label="The next nine" onPress={() => setPage(Math.min(pages - 1, page + 1))} />
    </>
  )
  return (
    <Screen title="Wall" acts={paging}>
      {sources.length > 0 ? (
        <Grid sources={sources.slice(first, first + AT_ONCE)} />
      ) : link.value.state === 'connecting' ? (
        <Waiting>Reading the cameras</Waiting>
      ) : (
        <Empty icon={Cctv} title="No camera yet">
          Pictures appear here as soon as an agent brings in a camera. Whoever runs the station can invite one.
        </Empty>
      )}
    </Screen>
  )
}

function Grid({ sources }: { sources: SourceView[] }) {
  const grid = useRef<HTMLUListElement>(null)
  const onKey = (event: KeyboardEvent) => {
    const tiles = [...(grid.current?.querySelectorAll<HTMLElement>('.wall-open') ?? [])]
    const at = tiles.indexOf(document.activeElement as HTMLElement)
    if (at < 0 || !grid.current) return
    const columns = getComputedStyle(grid.current).gridTemplateColumns.split(' ').length
    const to = movedOn(at, event.key, columns, tiles.length)
    if (to === at) return
    event.preventDefault()
    tiles[to]?.focus()
  }
  return (
    <ul ref={grid} class="wall" data-count={Math.min(sources.length, AT_ONCE)} onKeyDown={onKey}>
      {sources.map((source) => (
        <WallTile key={source.source_id} source={source} />
      ))}
    </ul>
  )
}

const nobody = () => undefined

function WallTile({ source }: { source: SourceView }) {
  const place = useRef<HTMLLIElement>(null)
  const [visible, setVisible] = useState(false)
  useEffect(() => {
    if (!place.current) return
    const observer = new IntersectionObserver(([entry]) => setVisible(entry?.isIntersecting ?? false), { rootMargin: '40px' })
    observer.observe(place.current)
    return () => observer.disconnect()
  }, [])
  return (
    <li ref={place} class="wall-tile">
      {visible ? <VideoTile source={source} onPlayer={nobody} /> : <div class="tile tile-still" />}
      <button type="button" class="wall-open" onClick={() => select({ kind: 'source', id: source.source_id })}>
        {source.name}
      </button>
    </li>
  )
}
