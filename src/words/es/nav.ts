import type { Words } from '../en.ts'

export const nav: Words['nav'] = {
  pages: 'Páginas',
  settings: 'Ajustes',
  whatsapp: 'WhatsApp',
  devices: 'Dispositivos',
  activity: 'Actividad',
  members: 'Miembros',
  webhooks: 'Webhooks',
  breadcrumb: 'Ruta de navegación',
  account: 'Cuenta',
  profile: 'Tu perfil',
  signOut: 'Cerrar sesión',
  organization: 'Organización',
  language: 'Idioma',
  theme: 'Apariencia',
  themes: { system: 'Como este dispositivo', light: 'Claro', dark: 'Oscuro' },
  notFound: 'Esta página no existe',
  backToSettings: 'Ir a los ajustes',
}
