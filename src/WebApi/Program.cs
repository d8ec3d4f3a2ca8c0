using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Infrastructure.Runtime;
using Libra.Deploy.WebApi.Composition;
using Microsoft.Extensions.Options;

try
{
    var tokenOnly = FirstToken.IsAskedFor(args);
    await using var host = await LibraHost.CreateAsync(tokenOnly ? FirstToken.Quiet(args) : args);
    if (tokenOnly) await FirstToken.PrintAsync(host.App.Services, Console.Out);
    else await host.RunAsync();
    return 0;
}
catch (Exception failure) when (failure is OptionsValidationException or FormatException or RuntimePartMissingException or SandboxException)
{
    // What an operator can mend gets a sentence; a bug keeps its stack.
    await Console.Error.WriteLineAsync($"Libra Deploy cannot start: {failure.Message}");
    return 1;
}
