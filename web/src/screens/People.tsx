// The accounts of the organisation: who they are, what they may do and where, what they are signed in on.

import { useState } from 'preact/hooks'
import { Plus, SearchX, ShieldCheck, Users } from 'lucide'
import { go } from '../live/place'
import { NEEDS_SECOND_FACTOR, roleWords } from '../live/roles'
import { whyNot } from '../live/session'
import { readPeople } from '../wire/admin'
import { matches } from '../panels/listing'
import { Screen, Show, useFetched } from '../panels/Screen'
import { Button } from '../ui/Button'
import { Badge, Empty } from '../ui/parts'
import { AddPersonDialog } from './AddPerson'
import { Person } from './Person'
import { Table, type Column } from './Table'
import { ago } from './words'
import type { PersonView } from '../wire/types'

export const factorWords = (person: PersonView): string =>
  [person.authenticator && 'app', person.passkeys > 0 && `${person.passkeys} passkey${person.passkeys === 1 ? '' : 's'}`]
    .filter(Boolean)
    .join(', ')

export function Factor({ of }: { of: PersonView }) {
  const words = factorWords(of)
  if (words) return <>{words}</>
  return NEEDS_SECOND_FACTOR.has(of.role) ? <Badge tone="warn">None, and needed</Badge> : <>none</>
}

const areaWords = (area: PersonView['area']) => {
  if (area === null) return 'everywhere'
  return area.length > 0 ? `${area.length} drawn` : <Badge tone="warn">Damaged: set it again</Badge>
}

const COLUMNS: Column<PersonView>[] = [
  {
    name: 'Name',
    cell: (p) => (
      <>
        <b>{p.display_name}</b> <span class="row-more">{p.username}</span>
      </>
    ),
  },
  { name: 'Role', cell: (p) => roleWords(p.role) },
  { name: 'Area', cell: (p) => areaWords(p.area) },
  { name: 'Second factor', cell: (p) => <Factor of={p} /> },
  { name: 'Signed in', cell: (p) => (p.signed_in > 0 ? `on ${p.signed_in} device${p.signed_in === 1 ? '' : 's'}` : 'no') },
  { name: 'Seen', cell: (p) => ago(p.seen_at) },
  { name: 'State', cell: (p) => (p.disabled_at ? <Badge hollow>Disabled</Badge> : <Badge>In use</Badge>) },
]

export function People({ item }: { item: string }) {
  const people = useFetched(readPeople, [], 15_000)
  const [text, setText] = useState('')
  const [adding, setAdding] = useState(false)
  const open = people.data?.find((person) => person.user_id === item)
  if (open) return <Person key={open.user_id} of={open} onChanged={() => void people.reload()} />
  const add = (
    <Button kind="primary" icon={Plus} whyNot={whyNot('manage_people')} onPress={() => setAdding(true)}>
      Add a person
    </Button>
  )
  return (
    <Screen
      title="People"
      acts={
        <>
          <Button icon={ShieldCheck} onPress={() => go('roles')}>
            What roles may do
          </Button>
          {add}
        </>
      }
    >
      <Show of={people} what="the accounts">
        {(all) => {
          const shown = all.filter((p) => matches(text, p.display_name, p.username, roleWords(p.role)))
          if (all.length === 0) {
            return (
              <Empty icon={Users} title="No accounts yet" act={add}>
                Each person has an account of their own, with a role that says what they may do.
              </Empty>
            )
          }
          return (
            <>
              <input
                class="input search"
                type="search"
                aria-label="Search people"
                placeholder="Search by name, username or role"
                value={text}
                onInput={(event) => setText(event.currentTarget.value)}
              />
              {shown.length === 0 ? (
                <Empty icon={SearchX} title="Nobody matches" act={<Button onPress={() => setText('')}>Show everybody</Button>}>
                  No account has “{text}” in its name or role.
                </Empty>
              ) : (
                <Table
                  caption="Accounts"
                  columns={COLUMNS}
                  rows={shown}
                  rowKey={(p) => p.user_id}
                  onOpen={(p) => go('people', p.user_id)}
                />
              )}
            </>
          )
        }}
      </Show>
      {adding && (
        <AddPersonDialog
          onClose={() => {
            setAdding(false)
            void people.reload()
          }}
        />
      )}
    </Screen>
  )
}
