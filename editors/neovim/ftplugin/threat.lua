-- What an editor knows of a threat model without a server.
if vim.b.did_ftplugin then
  return
end
vim.b.did_ftplugin = true

vim.bo.commentstring = "// %s"
vim.bo.comments = ":///,://"
vim.bo.expandtab = true
vim.bo.shiftwidth = 2
vim.bo.softtabstop = 2
vim.bo.smartindent = true
vim.opt_local.formatoptions:append("croql")
vim.opt_local.formatoptions:remove("t")
vim.b.undo_ftplugin =
  "setlocal commentstring< comments< expandtab< shiftwidth< softtabstop< smartindent< formatoptions<"

-- Colors by the parser, where it was built (`:Threatline build`); those by meaning come from the server.
pcall(vim.treesitter.start, 0, "threat")
