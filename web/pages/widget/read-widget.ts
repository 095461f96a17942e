import type { WidgetEngagement } from '../../../src/contract/widget.ts';
import { request } from '../../api.ts';

/** The figures that the frame's address is signed for; its token goes in a header, so that no log of addresses has it twice. */
export function readWidget(token: string): Promise<WidgetEngagement> {
  return request<WidgetEngagement>('GET', '/api/widget/my-engagement', undefined, { 'x-widget-token': token });
}
