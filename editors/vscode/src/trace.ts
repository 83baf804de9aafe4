// The output of what the editor and the server tell each other. The language client writes to it what its log level says;
// here the setting `threatline.trace.server` says it, as people know it from other languages.
import * as vscode from "vscode";

export function traceChannel(): vscode.LogOutputChannel {
  const channel = vscode.window.createOutputChannel("Threatline Trace");
  const level = () => {
    const isOn = vscode.workspace.getConfiguration("threatline").get("trace.server") !== "off";
    return isOn ? vscode.LogLevel.Trace : vscode.LogLevel.Off;
  };
  const changed = new vscode.EventEmitter<vscode.LogLevel>();
  const watched = vscode.workspace.onDidChangeConfiguration((change) => {
    if (change.affectsConfiguration("threatline.trace")) {
      changed.fire(level());
    }
  });
  const line = (message: string | Error) => channel.appendLine(`[${new Date().toISOString()}] ${message}`);
  return {
    name: channel.name,
    get logLevel() {
      return level();
    },
    onDidChangeLogLevel: changed.event,
    trace: line,
    debug: line,
    info: line,
    warn: line,
    error: line,
    append: (text) => channel.append(text),
    appendLine: (text) => channel.appendLine(text),
    replace: (text) => channel.replace(text),
    clear: () => channel.clear(),
    show: () => channel.show(true),
    hide: () => channel.hide(),
    dispose: () => {
      watched.dispose();
      changed.dispose();
      channel.dispose();
    },
  };
}
