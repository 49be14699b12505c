// Nothing is selected: what is happening, what needs me, what can I trust.

import { Cctv, CircleCheck, Plus, ScanSearch, Server, TriangleAlert } from 'lucide'
import { agentKindWords, agentList, detector } from '../live/agents'
import { newAlerts } from '../live/alerts'
import { link } from '../live/link'
import { dialog, go, listOpen, select } from '../live/place'
import { whyNotManageCameras } from '../live/session'
import { sourceList } from '../live/sources'
import { ageWords, secondTick, stationNow } from '../live/time'
import { tracks } from '../live/tracks'
import { trackShape } from '../video/drawBoxes'
import { Button } from '../ui/Button'
import { Icon } from '../ui/Icon'
import { Badge, Empty } from '../ui/parts'
import { AgentBadge, SourceRow, StillRow } from './rows'
import { PanelHead } from './PanelHead'
import { attention } from './attention'
import { standing } from '../live/standing'

export function NowPanel() {
  void secondTick.value
  const sources = sourceList.value
  const alerts = newAlerts.value
  const needs = attention(sources, agentList.value, detector.value, link.value, stationNow())
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
              <button key={alert.alert_id} type="button" class="need" onClick={() => go('alerts', alert.alert_id)}>
                <Icon of={TriangleAlert} />
                <span>
                  <strong>{alert.text}</strong>
                  <span class="row-more">
                    {ageWords(stationNow() - Date.parse(alert.raised_at))} ago. {alert.remedy}
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
                onClick={() => need.sourceId && select({ kind: 'source', id: need.sourceId })}
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
        <Cameras />
        <Parts />
      </div>
    </>
  )
}

function Counts() {
  const all = tracks.current(performance.now())
  const people = all.filter(({ track }) => trackShape(track.class_name) === 'person').length
  const vehicles = all.filter(({ track }) => trackShape(track.class_name) === 'vehicle').length
  const sources = sourceList.value
  const live = link.value.state === 'live' ? sources.filter((s) => s.condition === 'live').length : 0
  const counts: [string, string, string][] = [
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
