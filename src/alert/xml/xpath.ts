import type { XmlDocument, XmlXPath } from 'libxml2-wasm';
import { messageOf } from '../../common/errors.ts';

/**
 * A subscriber's filter: XPath 1.0 without prefixes. It holds when its value is true, a number but zero, a text with
 * anything in it, or a set with any node.
 */
export interface XPathFilter {
  /** False also where it cannot be evaluated on this document. */
  holds(document: XmlDocument): boolean;
  dispose(): void;
}

export type CompiledFilter =
  | { readonly filter: XPathFilter; readonly problem?: undefined }
  /** Why it can never hold; a clause. */
  | { readonly problem: string; readonly filter?: undefined };

/** To be tried on: what is wrong with a name or a function shows only when the expression is evaluated. */
const SAMPLE = '<VOEvent role="test" version="2.0" ivorn="ivo://org.example/stream#1"><What><Param/></What></VOEvent>';

/** Loads the XML library, as `createGate` does, and gives the compiler of filters. */
export async function createXPathCompiler(): Promise<(text: string) => CompiledFilter> {
  const { XmlDocument, XmlXPath } = await import('libxml2-wasm');
  const sample = XmlDocument.fromString(SAMPLE);
  return (text) => {
    let value: XmlXPath | undefined;
    try {
      // As it stands first: brackets that close too early would make something else of what is put around it.
      XmlXPath.compile(text).dispose();
      const compiled = XmlXPath.compile(`boolean(${text})`);
      value = compiled;
      sample.eval(compiled);
      const holds = (document: XmlDocument): boolean => {
        try {
          return document.eval(compiled) === true;
        } catch {
          return false;
        }
      };
      return { filter: { holds, dispose: () => compiled.dispose() } };
    } catch (error) {
      value?.dispose();
      return { problem: inWords(messageOf(error)) };
    }
  };
}

/** libxml2's words without the expression itself, which whoever reads them has before them. */
function inWords(message: string): string {
  if (/^Failed to compile/.test(message)) return 'it is no XPath 1.0 expression';
  const prefix = /Undefined namespace prefix: (\S+)/.exec(message)?.[1];
  if (prefix !== undefined) return `prefixes such as ${prefix}: are not known; write *[local-name()="…"]`;
  const missing = /Unregistered function: (\S+)/.exec(message)?.[1];
  if (missing !== undefined) return `XPath 1.0 has no function ${missing}()`;
  const variable = /Undefined variable: (\S+)/.exec(message)?.[1];
  if (variable !== undefined) return `there is no variable $${variable}`;
  return /evaluate XPath expression '[\s\S]*': (.*)$/.exec(message)?.[1] ?? 'it cannot be evaluated';
}
