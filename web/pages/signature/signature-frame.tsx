import { useCallback, useEffect, useRef, useState } from 'react';
import styles from './signature-frame.module.css';
import { toPreview } from './to-preview.ts';

interface Props {
  readonly title: string;
  readonly html: string;
  /** Lines of the mail above the signature. */
  readonly lines: readonly string[];
  readonly isDark: boolean;
}

const HEIGHT_MIN = 236;
/** A page that may load images of other servers and nothing else. */
const FRAME = '/signature-frame';

/** The signature in a mail: as its reader sees it, without its pixels. */
export function SignatureFrame({ title, html, lines, isDark }: Props) {
  const frame = useRef<HTMLIFrameElement>(null);
  const [height, setHeight] = useState(HEIGHT_MIN);
  const fill = useCallback(() => {
    const page = frame.current?.contentDocument;
    // Before its page has come the frame holds about:blank, which goes by the screens' policy.
    if (!page?.head || !page.body || page.readyState === 'loading' || !page.URL.endsWith(FRAME)) return;
    const preview = toPreview(html, lines);
    page.head.replaceChildren(page.importNode(preview.style, true));
    page.body.replaceChildren(...preview.content.map((node) => page.importNode(node, true)));
    const grow = () => setHeight(Math.max(HEIGHT_MIN, page.body.scrollHeight));
    for (const image of page.images) image.addEventListener('load', grow);
    grow();
  }, [html, lines]);
  useEffect(fill, [fill]);
  return (
    <iframe
      ref={frame}
      className={isDark ? styles.paperDark : styles.paper}
      title={title}
      // No scripts, no navigation; the same origin only so that it can be filled and its height read.
      sandbox="allow-same-origin"
      src={FRAME}
      style={{ height }}
      onLoad={fill}
      tabIndex={-1}
    />
  );
}
