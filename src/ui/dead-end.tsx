import { Link } from 'wouter'

/** A page on which nothing can be done: what is so, why, and the way on. */
export function DeadEnd({ title, hint, href, onward }: { title: string; hint: string; href: string; onward: string }) {
  return (
    <div className="py-16 text-center">
      <h1 className="text-xl font-semibold tracking-tight">{title}</h1>
      <p className="mx-auto mt-1 max-w-md text-sm text-balance text-muted">{hint}</p>
      <Link href={href} className="mt-3 inline-flex min-h-9 items-center text-sm font-medium text-brand underline-offset-4 hover:underline">
        {onward}
      </Link>
    </div>
  )
}
