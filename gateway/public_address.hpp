// SPDX-License-Identifier: Apache-2.0
// Which addresses lie in the open internet. Whatever a citizen or a provider names is only ever connected to when this says yes of
// the very address that is about to be connected, whatever its name resolved to a moment ago. Pure.
#pragma once

#include <boost/asio/ip/address.hpp>

namespace satupintu::gateway {

// False for every network of the IANA special-purpose registries (RFC 6890 and its successors), for multicast, and for IPv6 addresses
// that carry an IPv4 address (mapped, NAT64, 6to4, Teredo), since those lead back inside.
[[nodiscard]] bool is_public(const boost::asio::ip::address& address);

}  // namespace satupintu::gateway
