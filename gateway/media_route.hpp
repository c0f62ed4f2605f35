// SPDX-License-Identifier: Apache-2.0
// GET /media/<id>: hands out what the media store keeps to whoever holds a link that the gateway signed.
#pragma once

#include "gateway/http_server.hpp"
#include "gateway/media_store.hpp"
#include "gateway/outbound.hpp"

namespace satupintu::gateway {

// Both must outlive the route; reading is done on the outbound's pool.
[[nodiscard]] Route media_route(const MediaStore& media, Outbound& outbound);

}  // namespace satupintu::gateway
