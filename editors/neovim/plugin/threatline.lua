-- Makes `.threat` files known and starts the server for them. What there is to set is in `:help threatline`.
if vim.g.loaded_threatline then
  return
end
vim.g.loaded_threatline = true

vim.filetype.add({ extension = { threat = "threat" } })
require("threatline").enable()
