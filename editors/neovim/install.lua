-- Installs the plugin for Neovim without a plugin manager: `nvim -l editors/neovim/install.lua`.
-- It links this folder into Neovim's packages, builds the parser, and reports what is missing.
local uv = vim.uv or vim.loop
local here = vim.fs.dirname(uv.fs_realpath(debug.getinfo(1, "S").source:sub(2)))
vim.opt.runtimepath:append(here)

-- `--parser`: only build the parser, for a plugin manager.
if vim.tbl_contains(arg or {}, "--parser") then
  local built, problem = require("threatline").build()
  print(built and "built the parser" or problem)
  os.exit(built and 0 or 1)
end

local package = vim.fn.stdpath("data") .. "/site/pack/threatline/start/threatline"
local there = uv.fs_lstat(package)
if there and there.type ~= "link" then
  print(package .. " already exists and is not a link; nothing was changed")
  os.exit(1)
end
if there then
  assert(uv.fs_unlink(package))
end
vim.fn.mkdir(vim.fs.dirname(package), "p")
assert(uv.fs_symlink(here, package, { dir = true, junction = true }))
print("linked " .. package .. "\n    to " .. here)

local built, problem = require("threatline").build()
print(built and "built the parser for tree-sitter" or ("the parser was not built: " .. problem .. "\n(the server still provides highlighting)"))
if vim.fn.executable("threatline") == 0 then
  print("The server `threatline` is not in PATH yet: cargo install --locked --path server")
end
print("Open a .threat file; :checkhealth threatline checks the installation.")
