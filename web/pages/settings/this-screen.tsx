import { NativeSelect, SegmentedControl, useMantineColorScheme } from '@mantine/core';
import { LOCALES, type Locale, locale } from '../../messages/locale.ts';
import { useWords } from '../../messages/use-words.ts';
import panel from '../../ui/panel.module.css';
import { switchLocale } from '../../ui/switch-locale.ts';
import section from './section.module.css';

/** What holds in this browser only. */
export function ThisScreen() {
  const words = useWords('settings');
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <section className={`${panel.panel} ${section.block}`} aria-labelledby="screen-title">
      <h2 id="screen-title" className={section.heading}>
        {words('screenTitle')}
      </h2>
      <div className={section.form}>
        <NativeSelect
          maw={260}
          label={words('language')}
          value={locale}
          onChange={(event) => switchLocale(event.currentTarget.value as Locale)}
          data={LOCALES.map(({ value, name }) => ({ value, label: name }))}
        />
        <SegmentedControl
          aria-label={words('theme')}
          value={colorScheme}
          onChange={(value) => setColorScheme(value as typeof colorScheme)}
          data={[
            { value: 'light', label: words('themeLight') },
            { value: 'dark', label: words('themeDark') },
            { value: 'auto', label: words('themeAuto') },
          ]}
        />
      </div>
    </section>
  );
}
