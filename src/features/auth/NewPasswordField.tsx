import { PasswordField } from './PasswordField.tsx'
import { passwordStrength, type Strength } from './password-strength.ts'
import { cx } from '../../ui/cx.ts'
import { useWords } from '../../words/words.ts'

type NewPasswordFieldProps = {
  email: string
  value: string
  onChange: (value: string) => void
  problem?: string | null
}

const TONES: Record<Strength, string> = { short: 'text-muted', long: 'text-bad', weak: 'text-warn', fair: 'text-ink', strong: 'text-good' }

/** A password that is being chosen; below it, in words, how good it is. */
export function NewPasswordField({ email, value, onChange, problem = null }: NewPasswordFieldProps) {
  const words = useWords().password
  const strength = passwordStrength(value, email)
  return (
    <div>
      {/* For password managers: whose password it is. */}
      <input type="email" autoComplete="username" value={email} readOnly hidden />
      <PasswordField
        label={words.next}
        autoComplete="new-password"
        required
        value={value}
        problem={problem}
        onChange={(event) => onChange(event.target.value)}
      />
      <output className={cx('mt-1.5 block min-h-5 text-note', value === '' ? 'text-muted' : TONES[strength])}>
        {value === '' ? words.rule : words.strength[strength]}
      </output>
    </div>
  )
}
