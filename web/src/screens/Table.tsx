// A table that becomes a list of cards on narrow screens. The first cell opens the row.

import { useState } from 'preact/hooks'
import { Button } from '../ui/Button'
import { narrow, slim } from '../ui/theme'
import type { ComponentChildren } from 'preact'

export interface Column<T> {
  name: string
  cell: (row: T) => ComponentChildren
}

const AT_ONCE = 200
/** A table with as many columns has no room on a tablet held upright either. */
const MANY_COLUMNS = 6

export function Table<T>(props: {
  caption: string
  columns: readonly Column<T>[]
  rows: readonly T[]
  rowKey: (row: T) => string
  onOpen?: (row: T) => void
  selected?: string
}) {
  const [shown, setShown] = useState(AT_ONCE)
  const { columns, rows, onOpen } = props
  const stacked = columns.length >= MANY_COLUMNS ? narrow.value : slim.value
  return (
    <div class="table-wrap">
      <table class={stacked ? 'table is-stacked' : 'table'}>
        <caption class="visually-hidden">{props.caption}</caption>
        <thead>
          <tr>
            {columns.map(({ name }) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, shown).map((row) => {
            const key = props.rowKey(row)
            return (
              <tr key={key} aria-current={props.selected === key ? 'true' : undefined}>
                {columns.map(({ name, cell }, at) => (
                  <td key={name} data-name={name}>
                    {at === 0 && onOpen ? (
                      <button type="button" class="table-open" onClick={() => onOpen(row)}>
                        {cell(row)}
                      </button>
                    ) : (
                      <div>{cell(row)}</div>
                    )}
                  </td>
                ))}
              </tr>
            )
          })}
        </tbody>
      </table>
      {rows.length > shown && (
        <Button onPress={() => setShown(shown + AT_ONCE)}>
          Show {Math.min(AT_ONCE, rows.length - shown)} more of {rows.length - shown}
        </Button>
      )}
    </div>
  )
}
