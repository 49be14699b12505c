// Lucide icons (ISC licence) as Preact elements.

import { h } from 'preact'
import type { IconNode } from 'lucide'

export interface IconProps {
  of: IconNode
  size?: 'small' | 'large'
}

/** Decorative always: the words stand beside it, or in the button's label. */
export function Icon({ of, size }: IconProps) {
  return (
    <svg
      class={size ? `icon icon-${size}` : 'icon'}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="2"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      {of.map(([tag, attributes]) => h(tag, { ...attributes }))}
    </svg>
  )
}
