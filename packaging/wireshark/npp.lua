-- SPDX-License-Identifier: GPL-2.0-or-later
--[[
The Network Proxy Protocol (docs/npp.md), for Wireshark and tshark from 4.0 on.

    tshark -X lua_script:packaging/wireshark/npp.lua -i eth0 -Y npp

To have it always, copy this file into the folder of personal Lua plugins, which `tshark -G folders`
names (~/.local/lib/wireshark/plugins). Where the messages have another ICMP type, say so under
Preferences, Protocols, NPP, or with -o npp.icmp_type:254. The fields' names are in the table below:

    npp.subtype == 3 && npp.arp.address == 192.168.1.5    who hands this address over
    npp.client.code == 1                                  what was refused
    npp && _ws.expert.severity in {Warning, Error}        what no receiver takes

ICMP has no table of its types for others to enter. So this is a post-dissector, which looks at what
ICMP has decoded: ICMP is shown as ever, with its checksum verified, and this protocol beside it.
What has less than six octets, ICMP itself calls malformed.
]]

local HEADER, OPTION_HEAD, DHCP4, LAST = 8, 2, 2, 128
local PROXY_WORDS, WORD = 2, 4 -- octets, of an address and its preference

local npp = Proto("npp", "Network Proxy Protocol")
npp.prefs.icmp_type = Pref.uint("ICMP type", 253, "The type that the messages have, 0 to 255")

-- The parse errors of loader/npp/npp_message.h, but for those of ICMP; and what is a note alone.
local parse_errors = {
	short = { "shorter than a header, or shorter or longer than its header says" },
	bad_code = { "neither success nor failure" },
	bad_subtype = { "no such message" },
	bad_option = { "an option is cut short, duplicate, or of a wrong length or content" },
	missing_option = { "without the option that the message is about" },
	unexpected_option = { "with an option of another message" },
	unknown_request = { "a Sleep Request Option of an unknown type" },
	unknown_option = { "an option of an unknown type, which is skipped", expert.severity.NOTE },
	captured_in_part = { "the capture ends before the message", expert.severity.NOTE },
}
local experts = {}
for name, row in pairs(parse_errors) do
	experts[name] = ProtoExpert.new("npp." .. name, row[1], expert.group.PROTOCOL,
		row[2] or expert.severity.ERROR)
end
npp.experts = experts

-- What an option has: what stands first, then `each` as often as the field `count` says, else up to
-- its end, not once only with `none`, at most as often as `most`; or all the rest in one field. The Info column has what `say`,
-- `say_each` and `none` say.
local requests = {
	[1] = { name = "ARP", say_each = "{arp.address}",
		first = { "arp.hardware", "arp.protocol", "arp.hardware_length",
			"arp.protocol_length", "arp.count" },
		each = { "arp.mac", "arp.address" }, count = "arp.count" },
	[2] = { name = "DHCPv4", first = { "zero8", "dhcp.total", "dhcp.left", "dhcp.server" },
		say = "DHCP of {dhcp.server}" },
	[0x80] = { name = "Sleep Timer", first = { "timer" }, say = "timer of {timer} s" },
	[0x81] = { name = "wake ports", each = { "port.protocol", "zero8", "port" },
		say_each = "{port.protocol}/{port}", none = "no wake ports" },
	[0x82] = { name = "IPv6 addresses", each = { "ipv6" }, say_each = "{ipv6}" },
	[0x83] = { name = "DHCP client identifier", rest = "dhcp.client_id",
		say = "client identifier {dhcp.client_id}" },
	[0x84] = { name = "host name", rest = "hostname", say = "named {hostname}" },
	[0x85] = { name = "backup", first = { "backup_of" }, say = "backup of {backup_of}" },
	[0x86] = { name = "lifetime", first = { "lifetime" }, say = "for {lifetime} s" },
	[0x87] = { name = "DHCPv6 lease", most = 4, say_each = "DHCPv6 lease of {dhcp6.address}",
		first = { "dhcp6.iaid", "dhcp6.t1", "dhcp6.t2", "dhcp6.duid_length", "dhcp6.duid",
			"dhcp6.server_length", "dhcp6.server" },
		each = { "dhcp6.address", "dhcp6.preferred", "dhcp6.valid" } },
}
local client = { "client.code", "zero8", "client.id", "zero" }
local options = { -- `subtype`: of the message that it goes with, if not with all
	[1] = { name = "Proxy Solicitation", subtype = 1,
		first = { "solicitation.identifier", "solicitation.sequence" } },
	[2] = { name = "Proxy Advertisement", subtype = 2,
		first = { "advertisement.count", "advertisement.words", "advertisement.lifetime" },
		each = { "proxy.address", "proxy.preference" }, count = "advertisement.count",
		say = "lifetime {advertisement.lifetime} s",
		say_each = "{proxy.address} (preference {proxy.preference})" },
	[3] = { name = "Sleep Request", subtype = 3, requests = requests },
	[4] = { name = "Sleep Confirm", subtype = 4, first = client, say = "client {client.id}" },
	[5] = { name = "Wakeup Report", subtype = 5, first = client, say = "client {client.id}" },
	[6] = { name = "Wakeup Confirm", subtype = 6, say = "client {client.id}",
		first = { "client.code", "zero8", "client.id", "notification" },
		notified = { "dhcp.code", "dhcp.total", "dhcp.left", "zero" },
		say_notified = "lease {dhcp.code}, {dhcp.left} of {dhcp.total} s left" },
	[7] = { name = "Proxy Service", subtype = 2, each = { "service" }, say_each = "{service}" },
	[129] = { name = "Wake Test", subtype = 1, say = "wake test" },
	[LAST] = { name = "Authentication", say = "key {authentication.key}",
		first = { "authentication.key", "authentication.time", "authentication.nonce",
			"authentication.code" } },
}

local function names_of(rows)
	local names = {}
	for value, row in pairs(rows) do
		names[value] = row.name
	end
	return names
end

-- What a field must be.
local function one_of(values)
	return function(octets) return values[octets:uint()] ~= nil end
end

local function at_least(value)
	return function(octets) return octets:uint() >= value end
end

local function at_most(length, pattern)
	return function(octets) return octets:len() <= length and octets:raw():find(pattern) end
end

-- RFC 8415, 11.1: a type of two octets, and 1 to 128 octets.
local function is_duid_length(octets)
	return octets:uint() >= 3 and octets:uint() <= 130
end

local function is_duid_length_or_none(octets)
	return octets:uint() == 0 or is_duid_length(octets)
end

-- By DHCPv6: global or unique local.
local function is_assigned(octets)
	local first = octets(0, 1):uint()
	return first >= 0x20 and first < 0x40 or first == 0xfc or first == 0xfd
end

-- Neither nobody's nor a group's: of IPv6, these begin with ff (RFC 4291, 2.7).
local function is_hosts(octets)
	local first, is_mac = octets(0, 1):uint(), octets:len() == 6
	local is_group = is_mac and first % 2 == 1 or not is_mac and first == 0xff
	return not is_group and octets:raw():find("[^\0]")
end

local CODES = { [0] = "success", "failure" }
local SUBTYPES = { "Proxy Solicitation", "Proxy Advertisement", "Sleep Request", "Sleep Confirm",
	"Wakeup Report", "Wakeup Confirm" }
local SERVICES = { "ARP", "DHCPv4", [0x8001] = "Neighbor Discovery", [0x8002] = "ICMP echo",
	[0x8003] = "wake on packet", [0x8004] = "DHCPv6" }
local HARDWARES, ETHERTYPES = { "Ethernet" }, { [0x0800] = "IPv4" }
local LEASES, NOTICES = { "renewed", "failed" }, { [0] = "none", [DHCP4] = "DHCPv4" }
local PROTOCOLS, SECONDS = { [6] = "tcp", [17] = "udp" }, { " s" }

-- The fields, npp.NAME: kind, title, what it must be, how it is shown, and its values' names.
local rows = {
	{ "code", "uint8", "Code", one_of(CODES), base.DEC, CODES },
	{ "transaction", "uint16", "Transaction ID", false, base.HEX },
	{ "subtype", "uint8", "Subtype", one_of(SUBTYPES), base.DEC, SUBTYPES },
	{ "length", "uint8", "Length of the options" },
	{ "behind", "bytes", "Behind the options" },
	{ "option", "bytes", "Option" },
	{ "option.type", "uint8", "Type", false, base.DEC, names_of(options) },
	{ "option.length", "uint8", "Length" },
	{ "option.data", "bytes", "Data" },
	{ "zero", "uint16", "Zero", one_of({ [0] = "zero" }) },
	{ "solicitation.identifier", "uint16", "Identifier", false, base.HEX },
	{ "solicitation.sequence", "uint16", "Sequence Number" },
	{ "advertisement.count", "uint8", "Number of addresses", at_least(1) },
	{ "advertisement.words", "uint8", "Address Entry Size in words", at_least(PROXY_WORDS) },
	{ "advertisement.lifetime", "uint16", "Lifetime", false, base.UNIT_STRING, SECONDS },
	{ "proxy.address", "ipv4", "Proxy Address" },
	{ "proxy.preference", "int32", "Preference" },
	{ "proxy.more", "bytes", "More of the entry" },
	{ "service", "uint16", "Service Type", false, base.HEX, SERVICES },
	{ "request.type", "uint8", "Request Option Type", false, base.HEX, names_of(requests) },
	{ "arp.hardware", "uint8", "Hardware type", one_of(HARDWARES), base.DEC, HARDWARES },
	{ "arp.protocol", "uint16", "Protocol type", one_of(ETHERTYPES), base.HEX, ETHERTYPES },
	{ "arp.hardware_length", "uint8", "Hardware length", one_of({ [6] = "MAC" }) },
	{ "arp.protocol_length", "uint8", "Protocol length", one_of({ [4] = "IPv4" }) },
	{ "arp.count", "uint16", "Number", at_least(1) },
	{ "arp.mac", "ether", "MAC", is_hosts },
	{ "arp.address", "ipv4", "IPv4 address", at_least(1) },
	{ "dhcp.code", "uint16", "Code", one_of(LEASES), base.DEC, LEASES },
	{ "dhcp.total", "uint16", "Total lease time", false, base.UNIT_STRING, SECONDS },
	{ "dhcp.left", "uint16", "Lease time left", false, base.UNIT_STRING, SECONDS },
	{ "dhcp.server", "ipv4", "Server address" },
	{ "dhcp.client_id", "bytes", "DHCP client identifier", at_most(64, "."), base.COLON },
	{ "dhcp6.iaid", "uint32", "IAID", false, base.HEX },
	{ "dhcp6.t1", "uint32", "T1", false, base.UNIT_STRING, SECONDS },
	{ "dhcp6.t2", "uint32", "T2", false, base.UNIT_STRING, SECONDS },
	{ "dhcp6.duid_length", "uint8", "Length of the client's DUID", is_duid_length },
	{ "dhcp6.duid", "bytes", "DUID of the client", false, base.COLON },
	{ "dhcp6.server_length", "uint8", "Length of the server's DUID", is_duid_length_or_none },
	{ "dhcp6.server", "bytes", "DUID of the server", false, base.COLON },
	{ "dhcp6.address", "ipv6", "Leased IPv6 address", is_assigned },
	{ "dhcp6.preferred", "uint32", "Preferred lifetime left", false, base.UNIT_STRING, SECONDS },
	{ "dhcp6.valid", "uint32", "Valid lifetime left", false, base.UNIT_STRING, SECONDS },
	{ "timer", "uint32", "Sleep Timer", at_least(1), base.UNIT_STRING, SECONDS },
	{ "port.protocol", "uint8", "Protocol", one_of(PROTOCOLS), base.DEC, PROTOCOLS },
	{ "port", "uint16", "Port" },
	{ "ipv6", "ipv6", "IPv6 address", is_hosts },
	{ "hostname", "string", "Host name", at_most(63, "^[%w_][%w%-_.]*$") },
	{ "backup_of", "ipv4", "Proxy that goes first", at_least(1) },
	{ "lifetime", "uint32", "Lifetime", at_least(1), base.UNIT_STRING, SECONDS },
	{ "client.code", "uint8", "Code", one_of(CODES), base.DEC, CODES },
	{ "client.id", "uint16", "Client Identifier" },
	{ "notification", "uint16", "Request Option Type", one_of(NOTICES), base.DEC, NOTICES },
	{ "authentication.key", "uint8", "Key" },
	{ "authentication.time", "absolute_time", "Time", false, base.UTC },
	{ "authentication.nonce", "uint64", "Nonce", false, base.HEX },
	{ "authentication.code", "bytes", "Code" },
}

-- ProtoField's kinds: the method that reads them, and their octets, where these do not vary.
local kinds = {
	uint8 = { "uint", 1 }, uint16 = { "uint", 2 }, uint32 = { "uint", 4 }, int32 = { "int", 4 },
	uint64 = { "uint64", 8 }, absolute_time = { "uint64", 8 }, ether = { "ether", 6 },
	ipv4 = { "ipv4", 4 }, ipv6 = { "ipv6", 16 }, bytes = { "bytes" }, string = { "string" },
}
local fields, protos = {}, {}
for i, row in ipairs(rows) do
	local name, kind, title, is_right = table.unpack(row, 1, 4)
	protos[i] = ProtoField[kind]("npp." .. name, title, table.unpack(row, 5, #row))
	fields[name] = {
		proto = protos[i], title = title, is_right = is_right, read = kinds[kind][1],
		size = kinds[kind][2], names = row[5] ~= base.UNIT_STRING and row[6] or {},
		encoding = ENC_BIG_ENDIAN + (kind == "absolute_time" and ENC_TIME_SECS or 0),
	}
end
npp.fields = protos
fields.zero8 = setmetatable({ size = 1 }, { __index = fields.zero })
fields.port.names = { [0] = "any" }
fields["authentication.code"].size = 32 -- of HMAC-SHA-256
fields["dhcp6.duid"].length = "dhcp6.duid_length"
fields["dhcp6.server"].length = "dhcp6.server_length"

-- Octets, each shown below `tree` when it is taken, and their values.
local Cursor = {}
Cursor.__index = Cursor

local function cursor_of(octets, tree, message)
	return setmetatable({ octets = octets, at = 0, stop = octets:len(), tree = tree,
		message = message, values = {}, said = {} }, Cursor)
end

function Cursor:left()
	return self.stop - self.at
end

function Cursor:parse_error(name, words, item)
	(item or self.tree):add_proto_expert_info(experts[name], words or parse_errors[name][1])
	if not parse_errors[name][2] then
		self.message.parse_error = self.message.parse_error or name
	end
end

-- The value; nil where not so many octets are left, or were before.
function Cursor:take(name, size)
	local field = fields[name]
	size = size or field.size or self.values[field.length]
	if size == 0 and field.length then -- there is none
		return nil
	end
	self.failed = self.failed or size == 0 or size > self:left()
	if self.failed then
		return nil
	end
	local octets = self.octets(self.at, size)
	local item = self.tree:add_packet_field(field.proto, octets, field.encoding)
	if field.is_right and not field.is_right(octets) then
		local own = parse_errors["bad_" .. name] and "bad_" .. name
		self:parse_error(own or "bad_option", "wrong: " .. field.title, item)
	end
	self.at = self.at + size
	self.values[name] = octets[field.read](octets)
	return self.values[name]
end

function Cursor:take_all(names)
	for _, name in ipairs(names or {}) do
		self:take(name)
	end
end

-- What nothing else took.
function Cursor:rest(name)
	self.failed = false
	self:take(name, self:left())
end

function Cursor:say(words)
	local function value_of(name)
		local value = self.values[name]
		return (tostring(fields[name].names[value] or value):gsub("[^%g ]", "?"))
	end
	if words and not self.failed then
		self.said[#self.said + 1] = words:gsub("{([%w._]+)}", value_of)
	end
end

-- Of an address of DHCPv6, no two of which are the same; and of all of them.
local function check_lifetimes(data)
	local values, seen = data.values, data.message.seen
	local address = not data.failed and tostring(values["dhcp6.address"] or "")
	if not address or address == "" then
		return
	end
	if values["dhcp6.preferred"] > values["dhcp6.valid"] then
		data:parse_error("bad_option", "wrong: preferred for longer than valid")
	end
	if seen[address] then
		data:parse_error("bad_option", "wrong: an address twice")
	end
	seen[address] = true
end

local function read_entries(data, option)
	local count, done = data.values[option.count] or math.huge, 0
	local words = data.values["advertisement.words"] or PROXY_WORDS
	while not data.failed and done < count and (option.count or data:left() > 0) do
		data:take_all(option.each)
		check_lifetimes(data)
		if words > PROXY_WORDS then -- they may grow, as in RFC 1256
			data:take("proxy.more", (words - PROXY_WORDS) * WORD)
		end
		data:say(option.say_each)
		done = done + 1
	end
	if done > (option.most or done) then
		data:parse_error("bad_option", "wrong: too many addresses")
	end
	if done == 0 then
		data:say(option.none)
		data.failed = data.failed or not (option.count or option.none)
	end
end

local function read_content(data, option)
	local values = data.values
	data:take_all(option.first)
	if option.rest then
		data:take(option.rest, OPTION_HEAD + values["option.length"] - data.at)
	end
	data:say(option.say)
	if option.each then
		read_entries(data, option)
	end
	if values.notification == DHCP4 then
		data:take_all(option.notified)
		data:say(option.say_notified)
	end
	if (values["dhcp6.t2"] or 0) > 0 and values["dhcp6.t1"] > values["dhcp6.t2"] then
		data:parse_error("bad_option", "wrong: T1 after T2")
	end
	if values["dhcp.left"] and values["dhcp.left"] > values["dhcp.total"] then
		data:parse_error("bad_option", "wrong: more of a lease is left than its total")
	end
end

-- The option's row, if it has one, and its title.
local function row_of(data)
	local type, message = data.values["option.type"], data.message
	local option = options[type]
	message.has_own = message.has_own or type == message.subtype
	if not option then
		data:parse_error("unknown_option")
	elseif SUBTYPES[message.subtype] and (option.subtype or message.subtype) ~= message.subtype then
		data:parse_error("unexpected_option")
	end
	if not option or not option.requests then
		return option, option and option.name or "unknown"
	end
	local request = requests[data:take("request.type")]
	if not request and not data.failed then
		data:parse_error("unknown_request")
	end
	return request, option.name .. ", " .. (request and request.name or "unknown")
end

local function read_row(data, option)
	local message = data.message
	read_content(data, option)
	if not data.failed and data:left() > 0 then
		data:parse_error("bad_option", "too long for its content")
	end
	if message.seen[option] then
		data:parse_error("bad_option", "twice there")
	end
	message.seen[option] = true
end

local function read_data(data)
	data:take_all({ "option.type", "option.length" })
	if data.message.seen[options[LAST]] then
		data:parse_error("bad_option", "behind the last option")
	end
	local option, title = row_of(data)
	if option then
		read_row(data, option)
	end
	data.tree:set_text("Option: " .. table.concat({ title, table.unpack(data.said) }, ", "))
end

local function read_option(head)
	local left, message = head:left(), head.message
	local length = left < OPTION_HEAD and 0 or head.octets(head.at + 1, 1):uint()
	local octets = head.octets(head.at, math.min(left, OPTION_HEAD + length))
	local data = cursor_of(octets, head.tree:add(fields.option.proto, octets), message)
	read_data(data)
	if left < OPTION_HEAD + length then
		data:parse_error(message.in_part or "bad_option", "cut short by the end of the options")
	elseif data.failed then
		data:parse_error("bad_option", "too short for its content")
	end
	data:rest("option.data")
	head.at = head.at + octets:len()
	head.said[#head.said + 1] = data.said[1] and table.concat(data.said, ", ")
end

local function read_options(head, message)
	local length, there = head.values.length, head:left()
	if there ~= length then
		head:parse_error(there < length and message.in_part or "short")
	end
	head.stop = HEADER + math.min(there, length)
	while head:left() > 0 do
		read_option(head)
	end
	head.stop = head.octets:len()
	head:rest("behind")
	if not (message.has_own or message.parse_error or message.in_part) then
		head:parse_error("missing_option")
	end
end

local function read_message(head, message)
	head.at = 1 -- ICMP shows the type
	head:take("code")
	head.at = 4 -- and the checksum
	head:take_all({ "transaction", "subtype", "length" })
	message.subtype = head.values.subtype
	if head.failed then
		head:parse_error(message.in_part or "short")
	else
		read_options(head, message)
	end
end

local function info_of(head, message)
	local values, name = head.values, SUBTYPES[head.values.subtype]
	return string.format("%s 0x%04x", name or "Unknown message", values.transaction or 0)
		.. (values.code == 0 and "" or ", " .. (CODES[values.code] or "unknown code"))
		.. (head.said[1] and ": " .. table.concat(head.said, ", ") or "")
		.. (message.parse_error and " [" .. message.parse_error:gsub("_", " ") .. "]" or "")
end

local icmp = Field.new("icmp")
function npp.dissector(_, pinfo, tree)
	local found = icmp() -- the first: what an ICMP error quotes is no message
	if not found or found.range(0, 1):uint() ~= npp.prefs.icmp_type then
		return
	end
	local message = { seen = {}, in_part = pinfo.caplen < pinfo.len and "captured_in_part" }
	local head = cursor_of(found.range, tree:add(npp, found.range), message)
	read_message(head, message)
	head.tree:append_text(", " .. info_of(head, message))
	pinfo.cols.protocol, pinfo.cols.info = "NPP", info_of(head, message)
end

register_postdissector(npp)
