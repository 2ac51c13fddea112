/**
 * The packages that hold WhatsApp's protocol and a session's keys: the one version of each that was read, its hash in the registry, and the
 * hash of its files as npm unpacks them. They change together with the routine for Baileys in docs/how-to/update-a-dependency.md, never by an update alone.
 */
export type ProtocolPackage = { version: string; integrity: string; files: string }

export const PROTOCOL_PACKAGES: Readonly<Record<string, ProtocolPackage>> = {
  baileys: {
    version: '7.0.0-rc14',
    integrity: 'sha512-pewtrljhWx5JTUBvvkXZz1fL3JPiwzjBsnhx/DWf2LWBx1cZNH7J/sF22xDehba5mySWUQU4a1Pwt7lWARUxaA==',
    files: 'd472fdd073a1c9007bdacc0ec384e107a7535e092dc26d2d544b6d832e74e32d',
  },
  libsignal: {
    version: '6.0.0',
    integrity: 'sha512-d/5V3YFtDljbFMufz4ncyUYGYhJl+vzAe+c2EFFBQ6bz1h8Q3IOMEGXYMzlibU60I+e8GagMMpji18iez3P1hA==',
    files: 'b8a6f135117d37736a4fe27324a6f7349e580081a9daeaa77cc6251d7dbe09bc',
  },
  'whatsapp-rust-bridge': {
    version: '0.5.4',
    integrity: 'sha512-yYO1qSs0Fe7tGtnxOFHomocUD6IZtoAgmA4oDFyGIRZ67D3QZk3w7swA6XXFXNQngiyrg2k7tul6IrM3eUFh7A==',
    files: '4d3ccfceefaabf63ea0bf296396dd3f9a07336e4fbda32a3a0e531c82b54152a',
  },
  'curve25519-js': {
    version: '0.0.4',
    integrity: 'sha512-axn2UMEnkhyDUPWOwVKBMVIzSQy2ejH2xRGy1wq81dqRwApXfIzfbE3hIX0ZRFBIihf/KDqK158DLwESu4AK1w==',
    files: '69ae5cb1561b54c367f2dd42d545d9d666ad0ac76fc025757a893cea2b674bad',
  },
}
