using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Infrastructure.Runtime;
using Libra.Deploy.WebApi.Composition;
using Microsoft.Extensions.Options;

try
{
    await using var host = await LibraHost.CreateAsync(args);
    await host.RunAsync();
    return 0;
}
catch (Exception failure) when (failure is OptionsValidationException or FormatException or RuntimePartMissingException or SandboxException)
{
    // What an operator can mend gets a sentence; a bug keeps its stack.
    await Console.Error.WriteLineAsync($"Libra Deploy cannot start: {failure.Message}");
    return 1;
}
