// What asks for a decision. Acknowledged is not resolved; nothing goes away by itself.

import { useState } from 'preact/hooks'
import { BellRing, CircleCheck, Drone, LocateFixed } from 'lucide'
import { alertList, alertsProblem, alertsReadAt, alertTable, decide, openAlerts, refreshAlerts } from '../live/alerts'
import { go, select } from '../live/place'
import { whyNot } from '../live/session'
import { sourceTable } from '../live/sources'
import { localClock, secondTick } from '../live/time'
import { vehicleTable } from '../live/vehicles'
import { mapCommands } from '../map/commands'
import { Screen } from '../panels/Screen'
import { Button } from '../ui/Button'
import { Field, Form, useSending } from '../ui/Field'
import { Badge, Empty, Facts, Note, ProblemCard, Segments, Waiting } from '../ui/parts'
import { ALERT_STATES, AlertBadge, AlertRow } from './AlertRow'
import { ago, at, plain } from './words'
import type { AlertView } from '../wire/types'

const WHICH = [
  { value: 'open' as const, words: 'Open' },
  { value: 'all' as const, words: 'All' },
]

export function Alerts({ item }: { item: string }) {
  void secondTick.value
  const [which, setWhich] = useState<'open' | 'all'>('open')
  const open = alertTable.value.get(item)
  const problem = alertsProblem.value
  const readAt = alertsReadAt.value
  const list = which === 'open' ? openAlerts.value : alertList.value
  return (
    <Screen
      title="Alerts"
      acts={<Segments name="which" legend="Which alerts" options={WHICH} value={which} onChoose={setWhich} />}
    >
      {problem && readAt === null && (
        <>
          <ProblemCard problem={problem} kept="Alerts wait at the station; none is lost." />
          <Button onPress={() => void refreshAlerts()}>Try again</Button>
        </>
      )}
      {problem && readAt !== null && (
        <Note tone="warn">
          <strong>As of {localClock(readAt)}; there may be newer ones.</strong> {problem.detail}
        </Note>
      )}
      {!problem && readAt === null && <Waiting>Reading the alerts</Waiting>}
      {readAt !== null && (
        <div class="columns columns-list">
          {list.length === 0 ? (
            <Empty icon={CircleCheck} title={which === 'open' ? 'Nothing waits for a decision' : 'No alert has come in'}>
              An alert says what happened, where, since when and what to do. It appears here, in the top bar and on the map.
            </Empty>
          ) : (
            <ul class="cards" aria-label="Alerts">
              {list.map((alert) => (
                <li key={alert.alert_id}>
                  <AlertRow
                    of={alert}
                    age={ago(alert.raised_at)}
                    open={alert.alert_id === item}
                    onOpen={() => go('alerts', alert.alert_id)}
                  />
                </li>
              ))}
            </ul>
          )}
          {open ? (
            <Detail key={open.alert_id} of={open} />
          ) : (
            list.length > 0 && (
              <Empty icon={BellRing} title={item ? 'This alert is not there' : 'Open one to decide about it'}>
                Press n for the next one.
              </Empty>
            )
          )}
        </div>
      )}
    </Screen>
  )
}

function Detail({ of }: { of: AlertView }) {
  const source = of.source_id === null ? undefined : sourceTable.value.get(of.source_id)
  const vehicle = of.vehicle_id === null ? undefined : vehicleTable.value.get(of.vehicle_id)
  const place = of.lat !== null && of.lon !== null ? { lat: of.lat, lon: of.lon } : null
  const show = () => {
    if (!place) return
    go('map')
    // The map takes its room first.
    setTimeout(() => mapCommands.value?.showPlace(place.lon, place.lat), 80)
  }
  return (
    <section class="card" aria-label="The alert">
      <h3>{of.text}</h3>
      <div class="acts">
        <AlertBadge of={of} />
        <Badge>{plain(of.severity)}</Badge>
      </div>
      {of.remedy && <Note>{of.remedy}</Note>}
      <Facts
        facts={[
          { name: 'Kind', value: plain(of.kind) },
          { name: 'Since', value: at(of.raised_at), more: ago(of.raised_at) },
          { name: 'Came in', value: at(of.received_at) },
          { name: 'From', value: vehicle?.name ?? source?.name ?? (of.agent_id ? 'an agent' : 'the station') },
          { name: 'Place', value: place ? `${place.lat.toFixed(5)}, ${place.lon.toFixed(5)}` : 'none given' },
          ...(of.decided_by
            ? [{ name: ALERT_STATES[of.state], value: `by ${of.decided_by}`, more: `${at(of.decided_at)}${of.reason && `: ${of.reason}`}` }]
            : []),
        ]}
      />
      <div class="acts">
        {vehicle && (
          <Button kind="primary" icon={Drone} onPress={() => select({ kind: 'vehicle', id: vehicle.vehicle_id })}>
            Open {vehicle.name}
          </Button>
        )}
        {place && (
          <Button icon={LocateFixed} onPress={show}>
            Show on map
          </Button>
        )}
        {source && (
          <Button icon={LocateFixed} onPress={() => select({ kind: 'source', id: source.source_id })}>
            Open {source.name}
          </Button>
        )}
      </div>
      {of.shared_by ? (
        <p>{of.shared_by} shares this alert. Only they decide about it.</p>
      ) : (
        <Decide of={of} />
      )}
    </section>
  )
}

function Decide({ of }: { of: AlertView }) {
  const [reason, setReason] = useState('')
  const sending = useSending()
  if (of.state === 'resolved' || of.state === 'rejected') return null
  const forbidden = whyNot('decide_alerts')
  const put = (state: 'acknowledged' | 'resolved' | 'rejected') =>
    void sending.run(() => decide(of.alert_id, { state, reason: reason.trim() }))
  const noReason = forbidden || (reason.trim() ? '' : 'Say why first.')
  return (
    <>
      {of.state === 'new' && (
        <Button kind="primary" whyNot={forbidden} onPress={() => put('acknowledged')}>
          Acknowledge
        </Button>
      )}
      <Form
        sending={sending}
        go="Resolve"
        going="Writing it down"
        kept="The alert is as it was."
        whyNot={noReason}
        also={
          noReason ? undefined : (
            <Button onPress={() => put('rejected')}>Reject</Button>
          )
        }
        onSend={() => put('resolved')}
      >
        <Field label="What was done, or why it was wrong" maxLength={300} value={reason} onInput={setReason} />
      </Form>
    </>
  )
}
