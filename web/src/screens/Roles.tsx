// What each role may do, as a table.

import { Check } from 'lucide'
import { readRoles } from '../wire/admin'
import { PERMISSION_WORDS, type Permission } from '../wire/authority'
import { Icon } from '../ui/Icon'
import { Screen, Show, useFetched } from '../panels/Screen'
import { capital } from './words'

const PERMISSIONS = Object.entries(PERMISSION_WORDS) as [Permission, string][]

export function Roles() {
  const roles = useFetched(readRoles)
  return (
    <Screen title="Roles" hint="A role is given to a person under People. What a role may do is fixed; it is not changed here.">
      <Show of={roles} what="the roles">
        {(list) => (
          <div class="table-wrap" tabIndex={0} role="region" aria-label="Roles and what they may do">
            <table class="table table-grid">
              <caption class="visually-hidden">What each role may do</caption>
              <thead>
                <tr>
                  <th scope="col">Role</th>
                  {PERMISSIONS.map(([name, words]) => (
                    <th scope="col" key={name}>
                      {words}
                    </th>
                  ))}
                  <th scope="col">Second factor</th>
                </tr>
              </thead>
              <tbody>
                {list.map((role) => (
                  <tr key={role.role}>
                    <th scope="row">{capital(role.words)}</th>
                    {PERMISSIONS.map(([name]) => (
                      <td key={name}>
                        {role.permissions.includes(name) ? (
                          <>
                            <Icon of={Check} />
                            <span class="visually-hidden">yes</span>
                          </>
                        ) : (
                          <span class="visually-hidden">no</span>
                        )}
                      </td>
                    ))}
                    <td>{role.needs_second_factor ? 'Needed' : ''}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Show>
    </Screen>
  )
}
