/** The key in its latch. Decorative: the product's name stands beside it. */
export function Logo({ className = 'size-7' }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" aria-hidden className={className}>
      <rect width="32" height="32" rx="8" className="fill-brand" />
      <g fill="none" strokeWidth="2.6" strokeLinecap="round" className="stroke-on-brand">
        <circle cx="12" cy="13" r="5" />
        <path d="M15.6 16.6 24.5 25.5M20.2 21.2l2.9-2.9" />
      </g>
    </svg>
  )
}
