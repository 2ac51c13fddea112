import type { Words } from '../en.ts'

export const boot: Words['boot'] = {
  starting: 'O Latchkey está iniciando',
  startingHint: 'Esta página abre assim que tudo estiver pronto.',
  unreachable: 'O Latchkey não responde',
  unreachableHint: 'Tentando de novo. Ele ainda está em execução?',
  invalid: 'O Latchkey não está configurado',
  invalidHint: 'O arquivo /config.json não é o que esta página espera. Corrija-o e recarregue.',
  crashed: 'Esta página tropeçou',
  crashedHint: 'Nada foi alterado por isso. Recarregue a página para continuar.',
  reload: 'Recarregar',
}
