const MARK = /^\(\d+\) /;

/** Keeps "(2) " before the tab's title, whatever page sets it, until it is told to stop. */
export function keepTitleCount(count: number): () => void {
  const write = (): void => {
    const plain = document.title.replace(MARK, '');
    const wanted = count === 0 ? plain : `(${count}) ${plain}`;
    if (document.title !== wanted) document.title = wanted;
  };
  write();
  const title = document.querySelector('title');
  const watcher = new MutationObserver(write);
  if (title) watcher.observe(title, { childList: true, characterData: true, subtree: true });
  return () => watcher.disconnect();
}
