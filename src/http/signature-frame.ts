import type { HttpApp } from './context.ts';

/**
 * An empty page that the screens show a signature in. A signature holds images of other servers (a logo, a banner),
 * which the screens' own policy refuses; this page may load images and nothing else. It runs no script, is framed by
 * nobody else, and tells those servers no address.
 */
export function signatureFrameRoutes(app: HttpApp): void {
  app.get('/signature-frame', { schema: { hide: true } }, (_request, reply) =>
    reply
      .headers({
        'content-security-policy':
          "default-src 'none'; img-src https: http:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-same-origin",
        'x-frame-options': 'SAMEORIGIN',
        'referrer-policy': 'no-referrer',
        'cache-control': 'private, max-age=3600',
      })
      .type('text/html; charset=utf-8')
      .send(
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Signature</title></head><body></body></html>',
      ),
  );
}
