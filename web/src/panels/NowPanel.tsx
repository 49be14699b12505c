// Nothing is selected: what is happening, what needs me, what can I trust.

import { Cctv, CircleCheck, Drone, Plus, ScanSearch, Server, TriangleAlert } from 'lucide'
import { aircraftStanding, airspaceShort } from '../live/aircraft'
import { agentKindWords, agentList, detector } from '../live/agents'
import { newAlerts, openAlerts } from '../live/alerts'
import { link } from '../live/link'
import { dialog, go, listOpen, select } from '../live/place'
import { motions } from '../live/motion'
import { may, whyNotManageCameras } from '../live/session'
import { sourceList } from '../live/sources'
import { agoWords, secondTick, stationNow } from '../live/time'
import { tracks } from '../live/tracks'
import { aloft, vehicleList } from '../live/vehicles'
import { trackShape } from '../video/drawBoxes'
import { Button } from '../ui/Button'
import { Icon } from '../ui/Icon'
import { Badge, Empty } from '../ui/parts'
import { heightWords } from './aircraftWords'
import { openAlert } from './openAlert'
import { clocks } from './placedAircraft'
import { AgentBadge, SourceRow, StillRow, VehicleRow } from './rows'
import { PanelHead } from './PanelHead'
import { alerted, attention, type Need } from './attention'
import { standing } from '../live/standing'

export function NowPanel() {
  void secondTick.value
  const sources = sourceList.value
  const alerts = newAlerts.value
  const needs = attention(sources, agentList.value, detector.value, link.value, stationNow(), vehicleList.value, alerted(openAlerts.value))
  return (
    <>
      <PanelHead title="Now">
        {needs.length + alerts.length === 0 ? (
          <Badge>Nothing needs you</Badge>
        ) : (
          <Badge tone="warn">{needs.length + alerts.length} to look at</Badge>
        )}
      </PanelHead>
      <div class="panel-body">
        <Counts />
        {needs.length + alerts.length > 0 && (
          <section class="stack" aria-label="What needs you">
            <h3 class="section-title">Needs you</h3>
            {alerts.slice(0, SHOWN_ALERTS).map((alert) => (
              <button key={alert.alert_id} type="button" class="need" onClick={() => openAlert(alert)}>
                <Icon of={TriangleAlert} />
                <span>
                  <strong>{alert.text}</strong>
                  <span class="row-more">
                    {agoWords(alert.raised_at)}. {alert.remedy}
                  </span>
                </span>
              </button>
            ))}
            {alerts.length > SHOWN_ALERTS && <Button onPress={() => go('alerts')}>All {alerts.length} new alerts</Button>}
            {needs.map((need) => (
              <button
                key={need.key}
                type="button"
                class="need"
                onClick={() => openNeed(need)}
              >
                <Icon of={TriangleAlert} />
                <span>
                  <strong>{need.what}</strong>
                  <span class="row-more">{need.doThis}</span>
                </span>
              </button>
            ))}
          </section>
        )}
        {/* Whoever flies sees the drones first; others below what they watch. */}
        {may('fly') && <Drones />}
        <Cameras />
        {!may('fly') && <Drones />}
        <Parts />
      </div>
    </>
  )
}

function openNeed({ sourceId, vehicleId }: Need): void {
  if (vehicleId) select({ kind: 'vehicle', id: vehicleId })
  else if (sourceId) select({ kind: 'source', id: sourceId })
}

/** Taught to whoever may fly; others are told of drones that are there. */
export function Drones() {
  const all = vehicleList.value
  if (all.length === 0 && !may('fly')) return null
  const now = clocks()
  return (
    <section class="stack" aria-label="Drones">
      <h3 class="section-title">Drones</h3>
      {all.length === 0 ? (
        <Empty icon={Drone} title="No drone yet">
          A drone shows here, on the map and in the list, as soon as its agent connects. Whoever runs the station invites
          the agent under Agents and starts it beside the radio.
        </Empty>
      ) : (
        <div role="group">
          {all.slice(0, SHOWN_ROWS).map((vehicle) => {
            const motion = motions.get(vehicle.vehicle_id)
            return (
              <VehicleRow
                key={vehicle.vehicle_id}
                vehicle={vehicle}
                now={aircraftStanding(vehicle, motion, link.value, now)}
                height={heightWords(motion, vehicle)}
                airspace={airspaceShort(vehicle)}
                selected={false}
                active={false}
                as="button"
                onPick={() => select({ kind: 'vehicle', id: vehicle.vehicle_id })}
              />
            )
          })}
        </div>
      )}
      {all.length > SHOWN_ROWS && (
        <div class="acts">
          <Button onPress={() => (listOpen.value = true)}>All {all.length} in the list</Button>
        </div>
      )}
    </section>
  )
}

function Counts() {
  const all = tracks.current(performance.now())
  const people = all.filter(({ track }) => trackShape(track.class_name) === 'person').length
  const vehicles = all.filter(({ track }) => trackShape(track.class_name) === 'vehicle').length
  const sources = sourceList.value
  const live = link.value.state === 'live' ? sources.filter((s) => s.condition === 'live').length : 0
  const drones = vehicleList.value
  const up = link.value.state === 'live' ? drones.filter((v) => v.link === 'connected' && aloft(v)).length : 0
  const counts: [string, string, string][] = [
    ...(drones.length > 0 ? [[String(up), `of ${drones.length}`, drones.length === 1 ? 'drone flying' : 'drones flying'] as [string, string, string]] : []),
    [String(live), `of ${sources.length}`, sources.length === 1 ? 'camera live' : 'cameras live'],
    [String(people), '', 'people seen'],
    [String(vehicles), '', 'vehicles seen'],
  ]
  return (
    <dl class="counts">
      {counts.map(([n, of, what]) => (
        <div class="count" key={what}>
          <dt>{what}</dt>
          <dd>
            {n}
            {of && <small> {of}</small>}
          </dd>
        </div>
      ))}
    </dl>
  )
}

const SHOWN_ROWS = 8
const SHOWN_ALERTS = 4

function Cameras() {
  const sources = sourceList.value
  const add = (
    <Button icon={Plus} whyNot={whyNotManageCameras()} onPress={() => (dialog.value = 'add-camera')}>
      Add a camera
    </Button>
  )
  if (sources.length === 0) {
    return (
      <Empty icon={Cctv} title="No camera yet" act={add}>
        A camera shows here, on the map and in the list, as soon as an agent offers it or somebody publishes to a WHIP
        address. Make an address now, or start a camera agent.
      </Empty>
    )
  }
  return (
    <section class="stack" aria-label="Cameras">
      <h3 class="section-title">Cameras</h3>
      <div role="group">
        {sources.slice(0, SHOWN_ROWS).map((source) => (
          <SourceRow
            key={source.source_id}
            source={source}
            now={standing(source, link.value, Date.now(), stationNow())}
            selected={false}
            active={false}
            as="button"
            onPick={() => select({ kind: 'source', id: source.source_id })}
          />
        ))}
      </div>
      <div class="acts">
        {sources.length > SHOWN_ROWS && <Button onPress={() => (listOpen.value = true)}>All {sources.length} in the list</Button>}
        {add}
      </div>
    </section>
  )
}

/** The machinery, because a picture is only worth as much as what is behind it. */
function Parts() {
  const { name, problem } = detector.value
  return (
    <section class="stack" aria-label="Parts">
      <h3 class="section-title">Parts</h3>
      <ul>
        {agentList.value.map((agent) => (
          <StillRow
            key={agent.agent_id}
            icon={Server}
            name={agent.name}
            more={agent.problem || agentKindWords(agent.kind)}
            end={<AgentBadge agent={agent} />}
          />
        ))}
        <StillRow
          icon={ScanSearch}
          name="Detector"
          more={problem || name || 'not told yet'}
          end={
            problem ? (
              <Badge tone="warn" hollow>
                Not working
              </Badge>
            ) : (
              name && (
                <span class="ok">
                  <Icon of={CircleCheck} size="small" /> Working
                </span>
              )
            )
          }
        />
      </ul>
    </section>
  )
}
