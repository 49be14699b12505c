// What is shared with other organisations, under which agreement, and who looked.

import { useState } from 'preact/hooks'
import { Eye, Handshake, Plus } from 'lucide'
import { whyNot } from '../live/session'
import { endAgreement, readAgreements, readDisclosures, readOrganisations } from '../wire/admin'
import { Screen, Show, useFetched } from '../panels/Screen'
import { Button, HoldButton } from '../ui/Button'
import { useSending } from '../ui/Field'
import { Badge, Empty, ProblemCard } from '../ui/parts'
import { MakeAgreementDialog } from './MakeAgreement'
import { Table, type Column } from './Table'
import { at, day, plain } from './words'
import { purposeWords } from '../live/purposes'
import type { AgreementView, DisclosureView, OrganisationView } from '../wire/types'

export const REGIMES = { uk_gdpr: 'UK GDPR', dpa_2018_part_3: 'Data Protection Act 2018, part 3' }

export function Sharing() {
  const shared = useFetched(
    async () => {
      const [organisations, agreements, disclosures] = await Promise.all([readOrganisations(), readAgreements(), readDisclosures()])
      return { organisations, agreements, disclosures }
    },
    [],
    15_000,
  )
  const [making, setMaking] = useState(false)
  const sending = useSending()
  const end = (id: string) => void sending.run(() => endAgreement(id)).then(() => shared.reload())
  const make = (
    <Button kind="primary" icon={Plus} whyNot={whyNot('manage_sharing')} onPress={() => setMaking(true)}>
      Make an agreement
    </Button>
  )
  return (
    <Screen title="Sharing" hint="Without an agreement in force nothing of one organisation is seen by another." acts={make}>
      {sending.problem && <ProblemCard problem={sending.problem} kept="The agreement is as it was." />}
      <Show of={shared} what="the agreements">
        {({ organisations, agreements, disclosures }) => {
          const name = (id: string) => organisations.find((o) => o.organisation_id === id)?.name ?? 'an organisation that is gone'
          return (
            <>
              <h3 class="screen-section">Agreements</h3>
              {agreements.length === 0 ? (
                <Empty icon={Handshake} title="Nothing is shared" act={make}>
                  An agreement lets another organisation see the map, pictures or alerts of this one, for a time and under a law.
                </Empty>
              ) : (
                <Table caption="Agreements" columns={agreementColumns(name, end)} rows={agreements} rowKey={(a) => a.agreement_id} />
              )}
              <h3 class="screen-section">Disclosures</h3>
              {disclosures.length === 0 ? (
                <Empty icon={Eye} title="Nobody has looked yet">
                  Each time somebody of one organisation opens something of another, it is written here.
                </Empty>
              ) : (
                <Table caption="Disclosures" columns={disclosureColumns(name)} rows={disclosures} rowKey={(d) => d.disclosure_id} />
              )}
              <h3 class="screen-section">Organisations</h3>
              <Table caption="Organisations" columns={ORGANISATIONS} rows={organisations} rowKey={(o) => o.organisation_id} />
              {making && (
                <MakeAgreementDialog
                  organisations={organisations}
                  onClose={() => {
                    setMaking(false)
                    void shared.reload()
                  }}
                />
              )}
            </>
          )
        }}
      </Show>
    </Screen>
  )
}

const ORGANISATIONS: Column<OrganisationView>[] = [
  { name: 'Name', cell: (o) => <b>{o.name}</b> },
  { name: 'Kind', cell: (o) => plain(o.kind) },
]

function agreementColumns(name: (id: string) => string, end: (id: string) => void): Column<AgreementView>[] {
  return [
    { name: 'Name', cell: (a) => <b>{a.name}</b> },
    { name: 'From', cell: (a) => name(a.from_id) },
    { name: 'To', cell: (a) => name(a.to_id) },
    { name: 'Covers', cell: (a) => a.covers.map(plain).join(', ') },
    { name: 'Law', cell: (a) => REGIMES[a.legal_regime as keyof typeof REGIMES] ?? plain(a.legal_regime) },
    { name: 'Holds', cell: (a) => `${day(a.starts_at)} to ${day(a.ended_at ?? a.ends_at)}` },
    {
      name: 'State',
      cell: (a) => (a.in_force ? <Badge tone="live">In force</Badge> : <Badge hollow>{a.ended_at ? 'Ended' : 'Not in force'}</Badge>),
    },
    {
      name: 'End',
      cell: (a) =>
        a.ended_at ? (
          at(a.ended_at)
        ) : (
          <HoldButton whyNot={whyNot('manage_sharing')} onHeld={() => end(a.agreement_id)}>
            Hold to end
          </HoldButton>
        ),
    },
  ]
}

const disclosureColumns = (name: (id: string) => string): Column<DisclosureView>[] => [
  { name: 'When', cell: (d) => at(d.disclosed_at) },
  { name: 'What', cell: (d) => `${plain(d.what)}: ${d.subject_name}` },
  { name: 'Of', cell: (d) => name(d.from_id) },
  { name: 'To', cell: (d) => `${d.user_name}, ${name(d.to_id)}` },
  { name: 'Purpose', cell: (d) => purposeWords(d.purpose || null) },
  { name: 'Under', cell: (d) => d.agreement_name },
]
