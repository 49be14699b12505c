import type { ComponentChildren } from 'preact'

export function Section({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="gallery-section" aria-label={title}>
      <h2>{title}</h2>
      {children}
    </section>
  )
}

export const Shelf = ({ name, children }: { name: string; children: ComponentChildren }) => (
  <div class="gallery-shelf">
    <span class="field-hint">{name}</span>
    <div class="gallery-items">{children}</div>
  </div>
)
