// SPDX-License-Identifier: Apache-2.0
#include "normalizer/sketch.hpp"

#include <doctest/doctest.h>
