// On narrow screens list and panel are a sheet from below with three heights.

import { signal } from '@preact/signals'
import { useRef } from 'preact/hooks'

export const HEIGHTS = ['low', 'half', 'full'] as const
export type SheetHeight = (typeof HEIGHTS)[number]

export const sheetHeight = signal<SheetHeight>('low')

const DRAG_PX = 24

export function stepped(height: SheetHeight, by: number): SheetHeight {
  const at = HEIGHTS.indexOf(height) + by
  return HEIGHTS[Math.min(Math.max(at, 0), HEIGHTS.length - 1)] ?? 'low'
}

/** Drag it, press it (goes round the heights), or use the arrow keys. */
export function SheetHandle() {
  const from = useRef<number | null>(null)
  const height = sheetHeight.value
  const next = () => (sheetHeight.value = height === 'full' ? 'low' : stepped(height, 1))
  return (
    <button
      type="button"
      class="sheet-handle"
      aria-label={`Sheet height: ${height}. Change`}
      onPointerDown={(event) => {
        from.current = event.clientY
        event.currentTarget.setPointerCapture(event.pointerId)
      }}
      onPointerUp={(event) => {
        const moved = event.clientY - (from.current ?? event.clientY)
        from.current = null
        if (Math.abs(moved) < DRAG_PX) next()
        else sheetHeight.value = stepped(height, (moved > 0 ? -1 : 1) * (Math.abs(moved) > 260 ? 2 : 1))
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter' || event.key === ' ') next()
        else if (event.key === 'ArrowUp') sheetHeight.value = stepped(height, 1)
        else if (event.key === 'ArrowDown') sheetHeight.value = stepped(height, -1)
        else return
        event.preventDefault()
        event.stopPropagation()
      }}
    >
      <span />
    </button>
  )
}
