/** What pages say, in the reader's language: written in English, translated when the page is made. */
import { formatNumber } from "../core/util/units.ts";
import { type Fragment, type Html, markup, trusted } from "./document.ts";

/** Languages that pages speak. */
export type Language = "en" | "zh";

/** Marks around a text of ours and before its values. Text of others cannot hold them: see markup. */
const [BEGIN, VALUE, END] = ["\x01", "\x02", "\x03"] as const;

/** A text of ours; `{0}` and so on stand for the values. Without a translation it stays English. */
export function said(text: string, ...values: readonly Fragment[]): Html {
  const given = values.map((value) => markup`${trusted(VALUE)}${value}`);
  return markup`${trusted(BEGIN)}${text}${given}${trusted(END)}`;
}

/** `1 file`, `5,008 files`. */
export function counted(count: number, noun: "file" | "package" | "warning"): Html {
  return said(count === 1 ? `{0} ${noun}` : `{0} ${noun}s`, formatNumber(count));
}

/** A page's markup with all that is {@linkcode said} in it in a language. */
export function inLanguage(page: string, language: Language): string {
  const inner = /\x01([^\x01-\x03]*)((?:\x02[^\x01-\x03]*)*)\x03/g;
  let text = page;
  while (text.includes(BEGIN)) {
    text = text.replace(inner, (_, key: string, rest: string) => {
      const values = rest.split(VALUE).slice(1);
      const found = language === "zh" ? CHINESE[key] ?? key : key;
      return found.replace(/\{(\d)\}/g, (_, i: string) => values[Number(i)] ?? "");
    });
  }
  return text;
}

/** The language of a tag or a locale, such as `zh-CN` or `zh_CN.UTF-8`; English for all others. */
export function languageOf(tag: string | undefined): Language {
  return /^zh\b|^zh_/i.test(tag ?? "") ? "zh" : "en";
}

/** The language that a browser's `Accept-Language` asks for most (RFC 9110, 12.5.4). */
export function acceptedLanguage(header: string | null): Language {
  const wanted = (header ?? "").split(",").map((part) => {
    const [tag = "", ...parameters] = part.split(";").map((one) => one.trim());
    const weight = parameters.find((one) => /^q\s*=/i.test(one));
    return { tag, q: weight === undefined ? 1 : Number(weight.split("=")[1]) || 0 };
  }).filter(({ tag, q }) => q > 0 && /^(?:zh|en)\b/i.test(tag));
  return languageOf(wanted.sort((a, b) => b.q - a.q)[0]?.tag);
}

/** Keys are as they stand in the markup: escaped. */
const CHINESE: Readonly<Record<string, string>> = {
  "{0} file": "{0} 个文件",
  "{0} files": "{0} 个文件",
  "{0} package": "{0} 个包",
  "{0} packages": "{0} 个包",
  "{0} warnings": "{0} 条警告",
  "{0} warning": "{0} 条警告",
  "offline binaries": "离线二进制文件",
  "Skip to the files": "跳到文件列表",
  "What imports have recorded, with every SHA-256:": "导入记录（含全部 SHA-256）：",
  "Show what is wrong": "查看异常文件",
  "Use it": "使用方法",
  "kubespray variables": "kubespray 变量",
  "command": "命令",
  "Copy": "复制",
  "Copy the {0}": "复制{0}",
  "Copy the curl command for {0}": "复制下载 {0} 的 curl 命令",
  "Copy the SHA-256 of {0}": "复制 {0} 的 SHA-256",
  "Copied: ": "已复制：",
  "copied": "已复制",
  "Cannot copy: select the text": "无法复制，请选中文本",
  "Packages": "包",
  "Name": "名称",
  "Size": "大小",
  "Files": "文件",
  "File": "文件",
  "State": "状态",
  "Date (UTC)": "日期 (UTC)",
  "Nothing here.": "此处没有文件。",
  "Nothing here by that name.": "没有匹配的文件。",
  "Search": "搜索",
  "Search files": "搜索文件",
  "Search paths and SHA-256": "搜索路径或 SHA-256",
  "Folders above": "上级目录",
  "Folders": "目录",
  "all": "全部",
  "and {0} more": "另有 {0} 项",
  "{0}, found for “{1}”": "{0}，搜索“{1}”的结果",
  "{0}, with something wrong ({1})": "{0}，均有异常（{1}）",
  "show all": "显示全部",
  "Pages": "分页",
  "← Previous": "← 上一页",
  "Next →": "下一页 →",
  "Page {0} of {1}": "第 {0} 页，共 {1} 页",
  "verified": "校验通过",
  "differs": "内容不一致",
  "missing": "缺失",
  "unreadable": "无法读取",
  "checking": "正在校验",
  "not imported": "非导入文件",
  "no record of an import": "没有导入记录",
  "all {0} verified": "全部 {0} 个校验通过",
  "Import report": "导入报告",
  "Verification report": "校验报告",
  "Failed: nothing was imported": "失败：未导入任何文件",
  "Failed: {0} of {1} were imported": "失败：{1}中已导入 {0} 个",
  "Failed: not everything could be verified": "失败：有文件未通过校验",
  "dry run: nothing was written": "试运行：未写入任何内容",
  "passed, with {0}": "通过，有 {0}",
  "passed": "通过",
  "on {0} as {1}": "主机 {0}，用户 {1}",
  "About this run": "本次运行",
  "What nodes will ask for": "节点将下载的文件",
  "Who has fetched it": "下载情况",
  "{0} of {1} nodes, whole": "{1} 个节点中 {0} 个已完整下载",
  "undecided": "无法判断",
  "present": "存在",
  "Time": "耗时",
  "Read": "已读取",
  "What to do": "后续操作",
  "{0} failed verification": "{0}未通过校验",
  "Files that failed": "未通过校验的文件",
  "and {0} more, in the list of files below.": "另有 {0} 个，见下方文件列表。",
  "Nothing was written.": "未写入任何内容。",
  "Run the same command without --dry-run.": "去掉 --dry-run 后重新执行同一命令即可写入。",
  "All files are in {0}.": "全部文件已在 {0} 中。",
  "All files in {0} are verified.": "{0} 中的文件全部校验通过。",
  "Nodes can fetch them.": "节点可以正常下载。",
  "Give --url to verify also that nodes can fetch them.": "加上 --url 可同时验证节点能否下载。",
  "{0} was not asked for them: --verify auto does that.":
    "未验证 {0} 能否下载；--verify auto 会验证。",
  "Have the installer fetch from there: {0}": "在安装器中配置下载地址：{0}",
  "(at the top)": "（根目录）",
  "Outcome": "结果",
  "written": "已写入",
  "to be written": "将写入",
  "unchanged": "未变化",
  "extra": "额外文件",
  "Digests are cut to their first 16 digits; the manifest has all of them.":
    "SHA-256 仅显示前 16 位，完整值见清单文件。",
  "nodes fetch from {0}": "节点下载地址：{0}",
  "files lie in {0}": "文件所在位置：{0}",
  "Sizes and rates": "大小与速率",
  "Size by where it comes from": "按来源统计大小",
  "Reading: {0}/s on average, {1}/s at most": "读取速率：平均 {0}/s，最高 {1}/s",
  "{0} others": "其他 {0} 个",
  "Made by binimport {0}. This page loads nothing and runs no script.":
    "由 binimport {0} 生成。本页面不加载外部资源，也不运行脚本。",
};
