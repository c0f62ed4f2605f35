// SPDX-License-Identifier: Apache-2.0
#include "adapters/email/mime.hpp"

#include <doctest/doctest.h>
