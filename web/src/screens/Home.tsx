// What waits for this person, most urgent first, then how their part of the work stands.

import { CircleCheck, TriangleAlert } from 'lucide'
import { agentList, detector } from '../live/agents'
import { newAlerts, openAlerts } from '../live/alerts'
import { link } from '../live/link'
import { go, select, type ScreenName } from '../live/place'
import { NEEDS_SECOND_FACTOR, roleWords } from '../live/roles'
import { may, me } from '../live/session'
import { sourceList } from '../live/sources'
import { vehicleList } from '../live/vehicles'
import { secondTick, stationNow } from '../live/time'
import { readAgreements, readAudit, readDisclosures, readPeople, readRetention, readSystem } from '../wire/admin'
import { alerted, attention, type Need } from '../panels/attention'
import { Drones } from '../panels/NowPanel'
import { openAlert } from '../panels/openAlert'
import { Screen, Show, useFetched } from '../panels/Screen'
import { Button } from '../ui/Button'
import { Icon } from '../ui/Icon'
import { Badge, Empty, Facts, type Fact } from '../ui/parts'
import { factorWords } from './People'
import { diskWords } from './System'
import { ago, at } from './words'
import type { PersonView } from '../wire/types'

interface Waiting {
  key: string
  what: string
  more: string
  onOpen: () => void
}

export const withoutFactor = (people: readonly PersonView[]): PersonView[] =>
  people.filter((p) => p.disabled_at === null && NEEDS_SECOND_FACTOR.has(p.role) && factorWords(p) === '')

export function Home() {
  void secondTick.value
  const people = useFetched(() => (may('see_people') ? readPeople() : Promise.resolve([])), [], 30_000)
  const now = me.value
  const waits = waiting(people.data ?? [])
  return (
    <Screen title={`Good ${partOfDay()}, ${now?.display_name ?? now?.username ?? ''}`} hint={roleWords(now?.role ?? null)}>
      {may('fly') && (
        <div class="card">
          <Drones />
        </div>
      )}
      <section aria-label="Waits for you" class="stack">
        <h3 class="screen-section">Waits for you</h3>
        {waits.length === 0 ? (
          <Empty icon={CircleCheck} title="Nothing waits for you">
            What asks for you appears here: alerts, what is lost or broken, and people without a second factor.
          </Empty>
        ) : (
          waits.map(({ key, what, more, onOpen }) => (
            <button key={key} type="button" class="need" onClick={onOpen}>
              <Icon of={TriangleAlert} />
              <span>
                <strong>{what}</strong>
                <span class="row-more">{more}</span>
              </span>
            </button>
          ))
        )}
      </section>
      <div class="columns">
        {may('see_system') && <SystemCard />}
        {may('see_people') && (
          <Card title="People" to="people">
            <Show of={people} what="the accounts">
              {(all) => (
                <Facts
                  facts={[
                    { name: 'Accounts', value: all.filter((p) => p.disabled_at === null).length },
                    { name: 'Signed in', value: all.filter((p) => p.signed_in > 0).length },
                    { name: 'Disabled', value: all.filter((p) => p.disabled_at !== null).length },
                  ]}
                />
              )}
            </Show>
          </Card>
        )}
        {may('manage_agents') && <AgentsCard />}
        {may('see_sharing') && <SharingCard />}
        {may('manage_sharing') && <RetentionCard />}
        {may('read_audit') && <AuditCard />}
      </div>
    </Screen>
  )
}

function partOfDay(): string {
  const hour = new Date(stationNow()).getHours()
  return hour < 5 || hour >= 18 ? 'evening' : hour < 12 ? 'morning' : 'afternoon'
}

function waiting(people: readonly PersonView[]): Waiting[] {
  const alerts = newAlerts.value.slice(0, 5).map((alert) => ({
    key: alert.alert_id,
    what: alert.text,
    more: `${ago(alert.raised_at)}. ${alert.remedy}`,
    onOpen: () => openAlert(alert),
  }))
  const needs = attention(sourceList.value, agentList.value, detector.value, link.value, stationNow(), vehicleList.value, alerted(openAlerts.value)).map((need) => ({
    key: need.key,
    what: need.what,
    more: need.doThis,
    onOpen: () => openNeed(need),
  }))
  const bare = withoutFactor(people).map((person) => ({
    key: person.user_id,
    what: `${person.display_name} has no second factor`,
    more: `The role ${roleWords(person.role)} opens nothing without one. It is asked for at the next sign-in.`,
    onOpen: () => go('people', person.user_id),
  }))
  return [...alerts, ...needs, ...bare]
}

function openNeed({ vehicleId, sourceId }: Need): void {
  if (vehicleId) select({ kind: 'vehicle', id: vehicleId })
  else if (sourceId) select({ kind: 'source', id: sourceId })
  else go(may('see_system') ? 'system' : 'sources')
}

function Card({ title, to, children }: { title: string; to: ScreenName; children: preact.ComponentChildren }) {
  return (
    <section class="card" aria-label={title}>
      <div class="card-head">
        <h3>{title}</h3>
        <Button kind="quiet" onPress={() => go(to)}>
          Open {title.toLowerCase()}
        </Button>
      </div>
      {children}
    </section>
  )
}

function SystemCard() {
  const system = useFetched(readSystem, [], 10_000)
  return (
    <Card title="System" to="system">
      <Show of={system} what="the state of the system">
        {(of) => (
          <>
            <p>{of.status === 'ok' ? <Badge tone="live">All well</Badge> : <Badge tone="warn">Degraded</Badge>}</p>
            <Facts
              facts={[
                { name: 'Software', value: of.software },
                { name: 'Running since', value: at(of.started_at) },
                { name: 'Disk', value: diskWords(of) },
                ...of.parts.filter((p) => p.status !== 'ok').map((p): Fact => ({ name: p.title, value: p.problem })),
              ]}
            />
          </>
        )}
      </Show>
    </Card>
  )
}

function AgentsCard() {
  const list = agentList.value
  return (
    <Card title="Agents" to="agents">
      <Facts
        facts={[
          { name: 'Connected', value: `${list.filter((a) => a.connected).length} of ${list.length}` },
          ...list.filter((a) => !a.connected).map((a): Fact => ({ name: a.name, value: `away since ${at(a.since)}` })),
        ]}
      />
    </Card>
  )
}

function SharingCard() {
  const shared = useFetched(async () => {
    const [agreements, disclosures] = await Promise.all([readAgreements(), readDisclosures()])
    return { agreements, disclosures }
  })
  return (
    <Card title="Sharing" to="sharing">
      <Show of={shared} what="the agreements">
        {({ agreements, disclosures }) => (
          <Facts
            facts={[
              { name: 'In force', value: `${agreements.filter((a) => a.in_force).length} of ${agreements.length} agreements` },
              { name: 'Last look', value: ago(disclosures[0]?.disclosed_at ?? null, 'nobody yet') },
            ]}
          />
        )}
      </Show>
    </Card>
  )
}

function RetentionCard() {
  const rows = useFetched(readRetention)
  return (
    <Card title="Retention" to="retention">
      <Show of={rows} what="the retention rules">
        {(list) => <Facts facts={list.slice(0, 5).map((r): Fact => ({ name: r.what, value: r.days === null ? r.until : `${r.days} days` }))} />}
      </Show>
    </Card>
  )
}

function AuditCard() {
  const page = useFetched(() => readAudit({}))
  return (
    <Card title="Audit" to="audit">
      <Show of={page} what="the audit log">
        {(of) => (
          <Facts
            facts={[
              { name: 'Chain', value: of.problem || 'whole' },
              { name: 'Verified', value: `up to no. ${of.verified_up_to}`, more: at(of.verified_at) },
              { name: 'Newest', value: of.records[0] ? `no. ${of.records[0].seq}` : 'none yet' },
            ]}
          />
        )}
      </Show>
    </Card>
  )
}
