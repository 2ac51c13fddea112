/** The frame around every page. */
export const nav = {
  pages: 'Pages',
  settings: 'Settings',
  whatsapp: 'WhatsApp',
  devices: 'Devices',
  activity: 'Activity',
  members: 'Members',
  breadcrumb: 'Breadcrumb',
  account: 'Account',
  profile: 'Your profile',
  signOut: 'Sign out',
  organization: 'Organisation',
  language: 'Language',
  theme: 'Appearance',
  themes: { system: 'As this device', light: 'Light', dark: 'Dark' },
  notFound: 'There is no such page',
  backToSettings: 'Go to the settings',
}
