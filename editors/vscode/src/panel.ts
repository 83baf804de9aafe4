// What panels that show pages share. It must not know what they show.
import { randomBytes } from "node:crypto";
import * as vscode from "vscode";

/** A page with style sheets and one script of the extension, that runs and loads nothing else. */
export function page(webview: vscode.Webview, styles: vscode.Uri[], script: vscode.Uri, body: string): string {
  const nonce = randomBytes(16).toString("base64");
  const links = styles.map((style) => `<link rel="stylesheet" href="${webview.asWebviewUri(style)}">`);
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${webview.cspSource}; script-src 'nonce-${nonce}'; form-action 'none'; base-uri 'none';">
<meta name="viewport" content="width=device-width, initial-scale=1">
${links.join("\n")}
<title>Threatline</title>
</head>
<body>
${body}
<script nonce="${nonce}" src="${webview.asWebviewUri(script)}"></script>
</body>
</html>`;
}

/** Where texts are: not in the column of a panel, if there is another. */
export function columnOfTexts(panel: vscode.WebviewPanel | undefined): vscode.ViewColumn {
  const columns = vscode.window.visibleTextEditors.map((editor) => editor.viewColumn);
  return columns.find((column) => column && column !== panel?.viewColumn) ?? vscode.ViewColumn.One;
}
