// Everything on the map as a list, for keyboards, screen readers and quick eyes. Filterable.

import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { Plus, Search, SearchX, Server, TriangleAlert } from 'lucide'
import { aircraftStanding, airspaceShort } from '../live/aircraft'
import { agentKindWords, agentList } from '../live/agents'
import { openAlerts } from '../live/alerts'
import { link } from '../live/link'
import { motions } from '../live/motion'
import { dialog, listOpen, searchAsked, select, selection } from '../live/place'
import { sourceList, sourceTable } from '../live/sources'
import { standing } from '../live/standing'
import { agoWords, secondTick, stationNow } from '../live/time'
import { FADE_AFTER_MS, tracks, type LiveTrack } from '../live/tracks'
import { vehicleList } from '../live/vehicles'
import { openZone, openZones, zoneList } from '../live/zones'
import { mapCommands } from '../map/commands'
import { Button } from '../ui/Button'
import { Icon } from '../ui/Icon'
import { Empty } from '../ui/parts'
import { isNarrow } from '../ui/theme'
import { heightWords } from './aircraftWords'
import { openAlert } from './openAlert'
import { PanelHead } from './PanelHead'
import { clocks } from './placedAircraft'
import { AgentBadge, SourceRow, StillRow, TrackRow, VehicleRow, ZoneRow } from './rows'
import { sheetHeight } from './Sheet'
import { filterList, matches, moved, type Filtered, type Listed } from './listing'

const sameRow = (a: Listed | null, b: Listed): boolean => a?.kind === b.kind && a.id === b.id

const open = (pick: Listed) => {
  if (pick.kind === 'zone') {
    openZone([pick.id])
    mapCommands.value?.showZone(pick.id)
    if (isNarrow()) {
      listOpen.value = false
      sheetHeight.value = 'low'
    }
    return
  }
  select({ kind: pick.kind, id: pick.id })
  sheetHeight.value = 'half'
  if (isNarrow()) listOpen.value = false
}

export function ListPanel() {
  void secondTick.value
  const [text, setText] = useState('')
  const [active, setActive] = useState<Listed | null>(null)
  const list = useRef<HTMLDivElement>(null)
  const search = useRef<HTMLInputElement>(null)
  const asked = searchAsked.value
  useEffect(() => (asked > 0 ? search.current?.focus() : list.current?.focus()), [asked])
  const now = performance.now()
  const sources = sourceList.value
  const seen = tracks.current(now)
  const shown = useMemo(
    () =>
      filterList(
        text,
        { vehicles: vehicleList.value, zones: zoneList.value, sources, tracks: seen, agents: agentList.value },
        (id) => sourceTable.value.get(id)?.name ?? '',
      ),
    [text, sources, seen.map((t) => t.key).join(), agentList.value, vehicleList.value, zoneList.value],
  )
  const order: Listed[] = [
    ...shown.vehicles.map((v): Listed => ({ kind: 'vehicle', id: v.vehicle_id })),
    ...shown.sources.map((s): Listed => ({ kind: 'source', id: s.source_id })),
    ...shown.tracks.map((t): Listed => ({ kind: 'track', id: t.key })),
    ...shown.zones.map((z): Listed => ({ kind: 'zone', id: z.zone_id })),
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
          placeholder="Search by name or kind"
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
          <Vehicles vehicles={shown.vehicles} active={active} />
          <Cameras sources={shown.sources} active={active} />
          <Tracks seen={shown.tracks} active={active} now={now} />
          <Zones zones={shown.zones} active={active} />
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
        <button key={alert.alert_id} type="button" class="row row-button" onClick={() => openAlert(alert)}>
          <span class={alert.state === 'new' ? 'row-symbol is-warn' : 'row-symbol is-plain'}>
            <Icon of={TriangleAlert} />
          </span>
          <span class="row-words">
            <span class="row-name">{alert.text}</span>
            <span class="row-more">{agoWords(alert.raised_at)}</span>
          </span>
          <span />
        </button>
      ))}
    </section>
  )
}

const rowId = (row: Listed): string => `row-${row.kind}-${row.id}`

function Vehicles({ vehicles, active }: { vehicles: Filtered['vehicles']; active: Listed | null }) {
  if (vehicles.length === 0) return null
  const now = clocks()
  return (
    <div role="group" aria-label="Drones">
      <h3 class="section-title" aria-hidden="true">
        Drones <span>{vehicles.length}</span>
      </h3>
      {vehicles.map((vehicle) => {
        const me: Listed = { kind: 'vehicle', id: vehicle.vehicle_id }
        const motion = motions.get(vehicle.vehicle_id)
        return (
          <VehicleRow
            key={vehicle.vehicle_id}
            id={rowId(me)}
            vehicle={vehicle}
            now={aircraftStanding(vehicle, motion, link.value, now)}
            height={heightWords(motion, vehicle)}
            airspace={airspaceShort(vehicle)}
            selected={sameRow(selection.value, me)}
            active={sameRow(active, me)}
            onPick={() => open(me)}
          />
        )
      })}
    </div>
  )
}

function Zones({ zones, active }: { zones: Filtered['zones']; active: Listed | null }) {
  if (zones.length === 0) return null
  return (
    <div role="group" aria-label="Airspace zones">
      <h3 class="section-title" aria-hidden="true">
        Airspace zones <span>{zones.length}</span>
      </h3>
      {zones.map((zone) => {
        const me: Listed = { kind: 'zone', id: zone.zone_id }
        return (
          <ZoneRow
            key={zone.zone_id}
            id={rowId(me)}
            zone={zone}
            selected={openZones.value?.ids.includes(zone.zone_id) ?? false}
            active={sameRow(active, me)}
            onPick={() => open(me)}
          />
        )
      })}
    </div>
  )
}

function Cameras({ sources, active }: { sources: Filtered['sources']; active: Listed | null }) {
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
            selected={sameRow(selection.value, me)}
            active={sameRow(active, me)}
            onPick={() => open(me)}
          />
        )
      })}
    </div>
  )
}

function Tracks({ seen, active, now }: { seen: LiveTrack[]; active: Listed | null; now: number }) {
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
            selected={sameRow(selection.value, me)}
            active={sameRow(active, me)}
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
        Names of drones, cameras, zones and agents, and the kinds of tracks, are searched.
      </Empty>
    )
  }
  return (
    <Empty icon={Search} title="Nothing on the map yet" act={<Button icon={Plus} onPress={() => (dialog.value = 'add-camera')}>Add a camera</Button>}>
      Cameras, and what they see, are listed here as soon as one is connected.
    </Empty>
  )
}
