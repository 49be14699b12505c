// Everything on the map as a list, for keyboards, screen readers and quick eyes. Filterable.

import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { Plus, Search, SearchX, Server, TriangleAlert } from 'lucide'
import { agentKindWords, agentList } from '../live/agents'
import { openAlerts } from '../live/alerts'
import { link } from '../live/link'
import { dialog, go, listOpen, same, searchAsked, select, selection, type Selection } from '../live/place'
import { sourceList, sourceTable } from '../live/sources'
import { standing } from '../live/standing'
import { ageWords, secondTick, stationNow } from '../live/time'
import { FADE_AFTER_MS, tracks, type LiveTrack } from '../live/tracks'
import { Button } from '../ui/Button'
import { Icon } from '../ui/Icon'
import { Empty } from '../ui/parts'
import { isNarrow } from '../ui/theme'
import { PanelHead } from './PanelHead'
import { AgentBadge, SourceRow, StillRow, TrackRow } from './rows'
import { sheetHeight } from './Sheet'
import { filterList, matches, moved, type Listed } from './listing'

const open = (pick: Selection) => {
  select(pick)
  sheetHeight.value = 'half'
  if (isNarrow()) listOpen.value = false
}

export function ListPanel() {
  void secondTick.value
  const [text, setText] = useState('')
  const [active, setActive] = useState<Selection>(null)
  const list = useRef<HTMLDivElement>(null)
  const search = useRef<HTMLInputElement>(null)
  const asked = searchAsked.value
  useEffect(() => (asked > 0 ? search.current?.focus() : list.current?.focus()), [asked])
  const now = performance.now()
  const sources = sourceList.value
  const seen = tracks.current(now)
  const shown = useMemo(
    () => filterList(text, sources, seen, agentList.value, (id) => sourceTable.value.get(id)?.name ?? ''),
    [text, sources, seen.map((t) => t.key).join(), agentList.value],
  )
  const order: Listed[] = [
    ...shown.sources.map((s): Listed => ({ kind: 'source', id: s.source_id })),
    ...shown.tracks.map((t): Listed => ({ kind: 'track', id: t.key })),
  ]
  const onKeys = (event: KeyboardEvent) => {
    const next = moved(order, active, event.key)
    if (next) setActive(next)
    else if (event.key === 'Enter' && active) open(active)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  useEffect(() => {
    if (active) document.getElementById(rowId(active))?.scrollIntoView({ block: 'nearest' })
  }, [active])
  const nothing = order.length === 0 && shown.agents.length === 0
  return (
    <>
      <PanelHead title="List" onClose={() => (listOpen.value = false)}>
        <span class="badge">{order.length}</span>
      </PanelHead>
      <div class="list-search">
        <Icon of={Search} />
        <input
          ref={search}
          class="input"
          type="search"
          placeholder="Search cameras and tracks"
          aria-label="Search the list"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'ArrowDown') list.current?.focus()
            if (event.key === 'ArrowDown' || event.key === 'Enter') onKeys(event)
          }}
        />
      </div>
      <div class="list-body">
        <div
          ref={list}
          class="listbox"
          role="listbox"
          tabIndex={0}
          aria-label="Everything on the map"
          aria-activedescendant={active ? rowId(active) : undefined}
          onKeyDown={onKeys}
        >
          <Cameras sources={shown.sources} active={active} />
          <Tracks seen={shown.tracks} active={active} now={now} />
        </div>
        <Alerts text={text} />
        {shown.agents.length > 0 && (
          <section aria-label="Nodes and agents">
            <h3 class="section-title">Nodes and agents</h3>
            <ul>
              {shown.agents.map((agent) => (
                <StillRow
                  key={agent.agent_id}
                  icon={Server}
                  name={agent.name}
                  more={agent.problem || agentKindWords(agent.kind)}
                  end={<AgentBadge agent={agent} />}
                />
              ))}
            </ul>
          </section>
        )}
        {nothing && <Nothing text={text} onClear={() => setText('')} />}
      </div>
    </>
  )
}

/** As buttons below what the arrows go through: each opens its own screen. */
function Alerts({ text }: { text: string }) {
  const shown = openAlerts.value.filter((alert) => matches(text, alert.text, alert.severity))
  if (shown.length === 0) return null
  return (
    <section aria-label="Alerts">
      <h3 class="section-title">
        Alerts <span>{shown.length}</span>
      </h3>
      {shown.map((alert) => (
        <button key={alert.alert_id} type="button" class="row row-button" onClick={() => go('alerts', alert.alert_id)}>
          <span class={alert.state === 'new' ? 'row-symbol is-warn' : 'row-symbol is-plain'}>
            <Icon of={TriangleAlert} />
          </span>
          <span class="row-words">
            <span class="row-name">{alert.text}</span>
            <span class="row-more">{ageWords(stationNow() - Date.parse(alert.raised_at))} ago</span>
          </span>
          <span />
        </button>
      ))}
    </section>
  )
}

const rowId = (row: Listed): string => `row-${row.kind}-${row.id}`

function Cameras({ sources, active }: { sources: ReturnType<typeof filterList>['sources']; active: Selection }) {
  if (sources.length === 0) return null
  return (
    <div role="group" aria-label="Cameras">
      <h3 class="section-title" aria-hidden="true">
        Cameras <span>{sources.length}</span>
      </h3>
      {sources.map((source) => {
        const me: Listed = { kind: 'source', id: source.source_id }
        return (
          <SourceRow
            key={source.source_id}
            id={rowId(me)}
            source={source}
            now={standing(source, link.value, Date.now(), stationNow())}
            selected={same(selection.value, me)}
            active={same(active, me)}
            onPick={() => open(me)}
          />
        )
      })}
    </div>
  )
}

function Tracks({ seen, active, now }: { seen: LiveTrack[]; active: Selection; now: number }) {
  if (seen.length === 0) return null
  return (
    <div role="group" aria-label="Seen now">
      <h3 class="section-title" aria-hidden="true">
        Seen now <span>{seen.length}</span>
      </h3>
      {seen.map(({ key, track, heardAtMs }) => {
        const me: Listed = { kind: 'track', id: key }
        return (
          <TrackRow
            key={key}
            id={rowId(me)}
            className={track.class_name}
            number={track.track_id}
            sourceName={sourceTable.value.get(track.source_id)?.name ?? 'a camera'}
            fading={now - heardAtMs > FADE_AFTER_MS}
            selected={same(selection.value, me)}
            active={same(active, me)}
            onPick={() => open(me)}
          />
        )
      })}
    </div>
  )
}

function Nothing({ text, onClear }: { text: string; onClear: () => void }) {
  if (text) {
    return (
      <Empty icon={SearchX} title={`Nothing called “${text}”`} act={<Button onPress={onClear}>Show everything</Button>}>
        Names of cameras, agents and the kinds of tracks are searched.
      </Empty>
    )
  }
  return (
    <Empty icon={Search} title="Nothing on the map yet" act={<Button icon={Plus} onPress={() => (dialog.value = 'add-camera')}>Add a camera</Button>}>
      Cameras, and what they see, are listed here as soon as one is connected.
    </Empty>
  )
}
