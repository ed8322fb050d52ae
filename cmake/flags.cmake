# Warnings with gcc and clang alike, hardening in every build, sanitizers on request.
add_compile_definitions(_GNU_SOURCE DYNASCOPE_VERSION="${PROJECT_VERSION}")
add_compile_options(-Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla
    -Wwrite-strings -Wpointer-arith -Wformat=2 -Wundef
    -fstack-protector-strong -fno-common -fvisibility=hidden)
if(DYNASCOPE_WERROR)
    add_compile_options(-Werror)
endif()
include_directories(${PROJECT_SOURCE_DIR})
include(CheckPIESupported)
check_pie_supported(LANGUAGES C)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
add_link_options(-Wl,-z,relro,-z,now,--as-needed)

if(DYNASCOPE_SANITIZE)
    # -O1: several times faster to run than -O0 and still exact in its stacks; what the sanitizers
    # insert makes gcc see uninitialised variables where there are none
    add_compile_options(-fsanitize=${DYNASCOPE_SANITIZE} -fno-sanitize-recover=all
        -fno-omit-frame-pointer -O1
        $<$<C_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
    add_link_options(-fsanitize=${DYNASCOPE_SANITIZE})
else()
    # it does nothing without optimisation but warn
    add_compile_options($<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=3>)
endif()
set(CMAKE_C_FLAGS_RELEASE "-O2 -DNDEBUG")
set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O2 -g")
