# Warnings are errors with gcc and clang alike; hardening in every build; sanitizers on request.
add_compile_definitions(_GNU_SOURCE DYNASCOPE_VERSION="${PROJECT_VERSION}")
add_compile_options(-Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla
    -Wwrite-strings -Wpointer-arith -Wformat=2 -Wundef -Werror
    -fstack-protector-strong -fno-common -fvisibility=hidden)
include_directories(${PROJECT_SOURCE_DIR})
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
add_link_options(-Wl,-z,relro,-z,now)

if(DYNASCOPE_SANITIZE)
    add_compile_options(-fsanitize=${DYNASCOPE_SANITIZE} -fno-sanitize-recover=all
        -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${DYNASCOPE_SANITIZE})
else()
    # gcc and clang define no _FORTIFY_SOURCE without optimisation
    add_compile_options($<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=3>)
endif()
set(CMAKE_C_FLAGS_RELEASE "-O2 -DNDEBUG")
set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O2 -g")
