<?php

use App\Http\Controllers\LoginController;
use App\Http\Controllers\PressrunWebhookController;
use App\Http\Controllers\ReportController;
use App\Http\Middleware\VerifySignature;
use App\Http\Middleware\VerifyStandardWebhook;
use Illuminate\Support\Facades\Route;

Route::get('/login', [LoginController::class, 'show']);
Route::post('/login', [LoginController::class, 'login']);

Route::middleware('auth')->group(function () {
    Route::get('/reports', [ReportController::class, 'index']);
    Route::get('/reports/{id}', [ReportController::class, 'show']);
    Route::get('/reports/files/{id}', [ReportController::class, 'download']);
});

Route::post('/webhooks/pressrun-standard', PressrunWebhookController::class)
    ->middleware(VerifyStandardWebhook::class)
    ->withoutMiddleware('web');

// The others show other ways: exempted by VerifyCsrfToken::$except; by spatie's package; not exempted.
Route::post('/webhooks/pressrun', PressrunWebhookController::class)->middleware(VerifySignature::class);

Route::webhooks('webhooks/spatie', 'pressrun');

Route::post('/guarded/pressrun', PressrunWebhookController::class)->middleware(VerifyStandardWebhook::class);
